export default {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  moduleNameMapper: {
    "^(\\.{1,2}/.*)\\.js$": "$1",
    "^libphonenumber-js/max$": "<rootDir>/node_modules/libphonenumber-js/max/index.cjs",
  },
  transform: {
    "^.+\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "es6" } }],
  },
  globalSetup: "<rootDir>/test/support/mongod-setup.ts",
  globalTeardown: "<rootDir>/test/support/mongod-teardown.ts",
  maxWorkers: 2,
  testTimeout: 60_000,
  reporters: ["default", "<rootDir>/tools/plain-reporter.mjs"],
};
