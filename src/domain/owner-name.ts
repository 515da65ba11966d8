import { clean } from "../lib/text.js";
import { plain } from "./said/plain.js";

export const ownerTypes = ["company", "cooperative", "cooperative_union", "cooperative_group", "household_business", "farm", "other"] as const;
export type OwnerType = (typeof ownerTypes)[number];

interface Kind {
  type: OwnerType;
  /** As `plain` writes it, at the name's beginning. */
  short?: string;
  /** What a shortened beginning stands for. */
  full: string;
}

/** Longest first: "Liên hiệp HTX" before "HTX". Names are shortened so on stamps and signs (facts, "Owner types"). */
const KINDS: readonly Kind[] = [
  { type: "cooperative_union", short: "lien hiep htx|lh htx|lhhtx", full: "Liên hiệp hợp tác xã" },
  { type: "cooperative_union", full: "lien hiep hop tac xa|lien hiep cac hop tac xa" },
  { type: "cooperative", short: "htx nn|htxnn", full: "Hợp tác xã nông nghiệp" },
  { type: "cooperative", short: "htx|h\\.t\\.x\\.?", full: "Hợp tác xã" },
  { type: "cooperative", full: "hop tac xa" },
  { type: "cooperative_group", short: "tht", full: "Tổ hợp tác" },
  { type: "cooperative_group", full: "to hop tac" },
  { type: "household_business", short: "hkd|ho kd", full: "Hộ kinh doanh" },
  { type: "household_business", full: "ho kinh doanh" },
  { type: "company", short: "ctcp|(?:ct|cty|c\\.ty) ?\\.? ?cp", full: "Công ty cổ phần" },
  { type: "company", short: "(?:ct|cty|c\\.ty) ?\\.? ?tnhh", full: "Công ty TNHH" },
  { type: "company", short: "cty\\.?|c\\.ty\\.?", full: "Công ty" },
  { type: "company", short: "dntn", full: "Doanh nghiệp tư nhân" },
  { type: "company", full: "tong cong ty|cong ty|doanh nghiep|tap doan" },
  { type: "farm", full: "trang trai|nong trai" },
];
const MATCHERS = KINDS.map(({ type, short, full }) => ({ type, pattern: new RegExp(`^(?:${short ?? full})(?![a-z0-9])`), ...(short === undefined ? {} : { full }) }));

/** The name with its shortened beginning written out, and the kind of business where the name tells: "HTX Mẫu" is "Hợp tác xã Mẫu". */
export function readOwnerName(text: string): { name: string; type?: OwnerType } {
  const name = clean(text).replace(/\s+/g, " ");
  const said = plain(name);
  for (const { type, pattern, full } of MATCHERS) {
    const match = pattern.exec(said);
    if (match === null) continue;
    return { type, name: full === undefined ? name : `${full} ${name.slice(match[0].length).replace(/^[\s.:–-]+/, "")}`.trim() };
  }
  return { name };
}
