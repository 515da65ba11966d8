import { expect, it } from "@jest/globals";
import { readCoordinates } from "../../../src/domain/said/coordinates.js";

it.each([
  ["10.33, 106.03", 10.33, 106.03],
  ["10.33 106.03", 10.33, 106.03],
  ["10,33 106,03", 10.33, 106.03],
  ["106.03, 10.33", 10.33, 106.03],
  ["10.33°N, 106.03°E", 10.33, 106.03],
  ["10°20'N 106°2'E", 10.333333, 106.033333],
  ["10°20′30″B 106°2′15″Đ", 10.341667, 106.0375],
  ["106°2'E 10°20'N", 10.333333, 106.033333],
  ["10°20'S 106°2'W", -10.333333, -106.033333],
  ["-10.5, -60.2", -10.5, -60.2],
  ["https://www.google.com/maps/@10.33,106.03,15z", 10.33, 106.03],
  ["https://maps.google.com/?q=10.33%2C106.03", 10.33, 106.03],
  ["https://www.google.com/maps/place/X/@10.3,106.0,15z/data=!3d10.331!4d106.031", 10.331, 106.031],
])("%s", (text, latitude, longitude) => {
  expect(readCoordinates(text)).toEqual({ latitude, longitude });
});

it.each(["", "abc", "10 106", "10.33", "10.33N", "95.1, 200.5", "10°70'N 106°2'E", "10°20'N 106°2'N", "0901.234.567", "15.03.2025"])("%j is no point", (text) => {
  expect(readCoordinates(text)).toBeNull();
});
