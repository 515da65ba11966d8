import type { FileProblem } from "../domain/message.js";

/** The file is not one that is kept; trying again changes nothing. */
export class FileRefused extends Error {
  override readonly name = "FileRefused";
  constructor(readonly problem: FileProblem, why: string) {
    super(`${problem}: ${why}`);
  }
}

export const unreadable = (why: string): FileRefused => new FileRefused("not_readable", why);
