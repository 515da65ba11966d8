export interface FileLimits {
  bytes: number;
  /** Width times height. */
  pixels: number;
  /** The longer side. */
  side: number;
  /** Of a PDF. */
  pages: number;
  /** What all streams of a PDF may hold once inflated, in bytes. */
  inflatedBytes: number;
  /** One stream of a PDF that holds more than `fromBytes` may not have grown more than so many times. */
  growth: { times: number; fromBytes: number };
}

const megabyte = 1024 * 1024;

export const defaultLimits: FileLimits = {
  bytes: 20 * megabyte,
  pixels: 50_000_000,
  side: 20_000,
  pages: 50,
  inflatedBytes: 200 * megabyte,
  growth: { times: 200, fromBytes: 10 * megabyte },
};
