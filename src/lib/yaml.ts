import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair } from "yaml";

/** A text file with its name, as errors tell it. */
export interface SourceFile {
  name: string;
  text: string;
}

export interface ReadYaml {
  value: unknown;
  /** `file:line` of the value at a path, or of its nearest parent. */
  place(path: readonly PropertyKey[]): string;
  /** Syntax errors, each with `file:line`. */
  problems: string[];
}

/** Reads YAML so that later errors can name the line. Keys that stand twice are errors. */
export function readYaml(file: SourceFile): ReadYaml {
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number): number => lines.linePos(offset).line;

  function place(path: readonly PropertyKey[]): string {
    let node: unknown = document.contents;
    let line = 1;
    for (const key of path) {
      const found = child(node, key);
      if (found === null) break;
      line = lineAt(found.offset);
      node = found.node;
    }
    return `${file.name}:${line}`;
  }

  return {
    value: document.errors.length > 0 ? undefined : (document.toJS() as unknown),
    place,
    problems: document.errors.map((error) => `${file.name}:${lineAt(error.pos[0])}: ${error.message}`),
  };
}

function child(node: unknown, key: PropertyKey): { node: unknown; offset: number } | null {
  if (isMap(node)) {
    const pair = node.items.find((item: Pair) => isScalar(item.key) && String(item.key.value) === String(key));
    return pair === undefined ? null : { node: pair.value, offset: (pair.key as Node).range?.[0] ?? 0 };
  }
  if (isSeq(node)) {
    const item = node.items[Number(key)] as Node | undefined;
    return item === undefined ? null : { node: item, offset: item.range?.[0] ?? 0 };
  }
  return null;
}
