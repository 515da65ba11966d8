/** Which methods a path has, so that a wrong one is answered 405 and not 404. */
export function createMethodTable(): {
  add(pattern: string, methods: string | readonly string[]): void;
  allowed(path: string): string[];
} {
  const table = new Map<string, { matches: RegExp; methods: Set<string> }>();
  return {
    add(pattern, methods) {
      const row = table.get(pattern) ?? { matches: expression(pattern), methods: new Set<string>() };
      for (const method of [methods].flat()) row.methods.add(method);
      table.set(pattern, row);
    },
    allowed: (path) => [
      ...new Set([...table.values()].filter((row) => row.matches.test(path)).flatMap((row) => [...row.methods])),
    ],
  };
}

function expression(pattern: string): RegExp {
  const source = pattern
    .split(/(:[A-Za-z0-9_]+(?:\([^)]*\))?|\*)/)
    .map((part) => (part === "*" ? ".*" : part.startsWith(":") ? "[^/]+" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
  return new RegExp(`^${source.join("")}$`);
}
