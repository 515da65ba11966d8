import { clean } from "../../lib/text.js";

export interface Coordinates {
  /** Degrees, −90 to 90. */
  latitude: number;
  /** Degrees, −180 to 180. */
  longitude: number;
}

const longest = 2_000;
const FIGURE = "(-?\\d{1,3}[.,]\\d{1,15})(?![\\d])";
/** The pin of a map's address is more exact than its middle. */
const PIN = /!3d(-?\d{1,3}\.\d{1,15})!4d(-?\d{1,3}\.\d{1,15})/;
const PAIR = new RegExp(`(?<![\\d.,-])${FIGURE}(?:\\s*[,;/]\\s*|\\s+|%2C|%20)${FIGURE}`, "i");
const PART = "(\\d{1,3}(?:[.,]\\d{1,15})?)\\s*[°ºo˚]\\s*(?:(\\d{1,2}(?:[.,]\\d{1,15})?)\\s*['’′]\\s*)?(?:(\\d{1,2}(?:[.,]\\d{1,15})?)\\s*(?:[\"”″]|'')\\s*)?";
const DEGREES = new RegExp(`(?<![\\d.,])${PART}([NSBEWĐDTO])[\\s,;]*${PART}([NSBEWĐDTO])(?!\\p{L})`, "iu");

/** Reads a point: "10.33, 106.03", "10°20'N 106°2'E" (B is North, Đ East), or a map's address that holds one. */
export function readCoordinates(text: string): Coordinates | null {
  const typed = clean(text.slice(0, longest));
  const pin = PIN.exec(typed);
  if (pin !== null) return point(decimal(pin[1]), decimal(pin[2]));
  const degrees = DEGREES.exec(typed);
  if (degrees !== null) {
    const [, d1, m1, s1, side1 = "", d2, m2, s2, side2 = ""] = degrees;
    const first = inDegrees(d1, m1, s1, side1);
    const second = inDegrees(d2, m2, s2, side2);
    if (first === undefined || second === undefined || isNorthSouth(side1) === isNorthSouth(side2)) return null;
    return isNorthSouth(side1) ? point(first, second) : point(second, first);
  }
  const pair = PAIR.exec(typed);
  if (pair === null) return null;
  const [first, second] = [decimal(pair[1]), decimal(pair[2])];
  return Math.abs(first) > 90 ? point(second, first) : point(first, second);
}

function decimal(figures = ""): number {
  return Number(figures.replace(",", "."));
}

function isNorthSouth(side: string): boolean {
  return /[NSB]/i.test(side);
}

/** South and West are below zero; T (Tây) and O (Ouest) are West. */
function inDegrees(degrees = "", minutes = "0", seconds = "0", side: string): number | undefined {
  if (decimal(minutes) >= 60 || decimal(seconds) >= 60) return undefined;
  const value = decimal(degrees) + decimal(minutes) / 60 + decimal(seconds) / 3_600;
  return Number((/[SWTO]/i.test(side) ? -value : value).toFixed(6));
}

function point(latitude: number, longitude: number): Coordinates | null {
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : null;
}
