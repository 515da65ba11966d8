import { copyTypeOf, type CopyType, type StoredFile } from "../domain/file.js";
import { copyContents, plainCopy, type Copy } from "./copy-contents.js";
import { copyPage } from "./copy-page.js";
import type { PeopleDeps } from "./deps.js";

/** Writes the bytes of a copy when it is first opened; it holds what is kept at that moment. Repeatable. */
export function createCopies(deps: PeopleDeps): { write(row: StoredFile): Promise<void> } {
  const writers: Record<CopyType, (copy: Copy) => string> = {
    "text/html": (copy) => copyPage(copy, deps),
    "application/json": (copy) => JSON.stringify(plainCopy(copy), null, 2),
  };
  return {
    async write(row) {
      const [contact] = await deps.store.contacts(null, [row.contactId]);
      const type = copyTypeOf(row);
      if (contact === undefined || type === null) return;
      const text = writers[type](await copyContents(deps, contact));
      await deps.fileStore.write(row._id, once(Buffer.from(text)));
    },
  };
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}
