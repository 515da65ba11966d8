import { copyTypeOf, type StoredFile } from "../domain/file.js";
import type { Account, Contact, Owner } from "../domain/person.js";
import type { TranscriptEntry } from "../domain/ports.js";
import type { Registration } from "../domain/registration.js";
import type { Draft, PeopleDeps } from "./deps.js";

/** Everything that is kept about one person. */
export interface Copy {
  madeAt: Date;
  contact: Contact;
  accounts: Account[];
  owners: Owner[];
  registrations: Registration[];
  drafts: Draft[];
  /** `address`: where the file itself can be opened for a day; null where no address leads here. */
  files: { file: StoredFile; address: string | null }[];
  requests: { code: string; kind: string; at: Date; doneBy: string }[];
  transcript: TranscriptEntry[];
}

/** Files are linked for as long as a copy that is opened at its last moment needs. */
const filesValidMs = 24 * 3_600_000;

export async function copyContents(deps: PeopleDeps, contact: Contact): Promise<Copy> {
  const { _id } = contact;
  const madeAt = deps.clock.now();
  const files = (await deps.files.ofContact(_id)).filter((file) => file.state === "kept" && copyTypeOf(file) === null);
  return {
    madeAt,
    contact,
    accounts: await deps.store.accountsOf(null, _id),
    owners: await deps.store.owners(null, [...new Set(contact.owners.map(({ ownerId }) => ownerId))]),
    registrations: await deps.registrations.ofContact(null, _id),
    drafts: await deps.draftsOf(_id),
    files: files.map((file) => ({ file, address: deps.fileAddress(file._id, madeAt.getTime() + filesValidMs, null) })),
    requests: (await deps.requests.openOf(null, _id)).map(({ _id: code, kind, at, doneBy }) => ({ code, kind, at, doneBy })),
    transcript: await deps.transcripts.ofContact(_id),
  };
}

/** For another program: names as they are kept, instants in UTC. */
export function plainCopy({ files, transcript, ...rest }: Copy): object {
  return {
    ...rest,
    files: files.map(({ file: { _id, source, mime, bytes, sha256, createdAt }, address }) => ({ id: _id, name: source.name ?? null, mime, bytes, sha256, at: createdAt, address })),
    transcript: transcript.map(({ at, from, channel, text, outgoing, fileIds }) => ({ at, from, channel, text, rows: outgoing?.rows, choices: outgoing?.choices?.map(({ label }) => label), files: fileIds })),
  };
}
