import { deflateSync } from "node:zlib";
import type { FileProblem } from "../../src/domain/message.js";
import { pdfOf, pdfPages, samples } from "./samples.js";

const megabyte = 1024 * 1024;
const page = pdfPages(1);

/** Files that would do harm, by the name they are sent under; what they say they are, and why they are not kept. */
export const hostileFiles: Readonly<Record<string, { bytes: Buffer; mime: string; problem: FileProblem }>> = {
  "drawing.jpg": { bytes: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), mime: "image/jpeg", problem: "wrong_type" },
  "page.jpg": { bytes: Buffer.from("<!doctype html><script>alert(document.cookie)</script>"), mime: "image/jpeg", problem: "wrong_type" },
  "program.pdf": { bytes: Buffer.from("MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0", "latin1"), mime: "application/pdf", problem: "wrong_type" },
  "noise.jpg": { bytes: Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 2]), Buffer.alloc(400, 7)]), mime: "image/jpeg", problem: "not_readable" },
  "bomb.pdf": { bytes: pdfOf([...page, { dictionary: "/Filter/FlateDecode", stream: deflateSync(Buffer.alloc(210 * megabyte)) }]), mime: "application/pdf", problem: "not_readable" },
  "script.pdf": { bytes: pdfOf([...page, { dictionary: "/S/JavaScript/JS(app.alert\\(1\\))" }]), mime: "application/pdf", problem: "active_content" },
  "locked.pdf": { bytes: pdfOf(page, "/Encrypt 9 0 R"), mime: "application/pdf", problem: "active_content" },
  "book.pdf": { bytes: pdfOf(pdfPages(51)), mime: "application/pdf", problem: "too_many_pages" },
  "wide.png": { bytes: samples.png(20_001, 10), mime: "image/png", problem: "too_many_pixels" },
};

/** A photo that goes on for 21 MB before its end. */
export const bigPhoto = (): Buffer => Buffer.concat([samples.jpeg().subarray(0, -2), Buffer.alloc(21 * megabyte), samples.jpeg().subarray(-2)]);
