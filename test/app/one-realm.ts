/**
 * jest runs a test file in a realm of its own, so that errors made by node itself (of `fs`, of `util.parseArgs`) are no
 * `instanceof Error` there, as they are where the product runs. Import this first to have it as in one realm.
 */
for (const type of [Error, TypeError]) {
  const usual = Function.prototype[Symbol.hasInstance];
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (usual.call(this as () => unknown, value)) return true;
      return this === type && Object.prototype.toString.call(value) === "[object Error]" && (type === Error || (value as Error).name === type.name);
    },
  });
}
