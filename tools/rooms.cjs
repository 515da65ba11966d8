/** Which room may import which (README, "The rooms"). A room that is not named here may not be imported by another. */
const rooms = {
  domain: ["lib"],
  lib: [],
  config: ["domain", "lib"],
  i18n: ["domain", "lib"],
  engine: ["domain", "lib"],
  channels: ["domain", "lib"],
  intake: ["domain", "lib"],
  conversation: ["domain", "lib", "engine", "i18n"],
  registrations: ["domain", "lib", "i18n"],
  people: ["domain", "lib", "i18n"],
  retention: ["domain", "lib", "i18n"],
  reminders: ["domain", "lib", "i18n"],
  audit: ["domain", "lib"],
  outbox: ["domain", "lib"],
  files: ["domain", "lib"],
  store: ["domain", "lib"],
  http: ["domain", "lib", "i18n"],
};

const own = Object.entries(rooms).map(([room, may]) => ({
  name: `${room} imports ${may.length === 0 ? "no other room" : `only ${may.join(", ")}`}`,
  severity: "error",
  from: { path: `^src/${room}/` },
  to: { path: "^src/", pathNot: `^src/(${[room, ...may].join("|")})/` },
}));

module.exports = {
  forbidden: [
    ...own,
    { name: "no cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "channels do not know each other", severity: "error", from: { path: "^src/channels/([^/]+)/" }, to: { path: "^src/channels/[^/]+/", pathNot: "^src/channels/$1/" } },
    { name: "domain imports no package but zod", severity: "error", from: { path: "^src/domain/" }, to: { dependencyTypes: ["npm", "npm-dev", "npm-optional"], pathNot: "node_modules/zod" } },
    { name: "the environment is read in config and at the command line's door only", severity: "error", from: { path: "^src/", pathNot: "^src/(config|app)/" }, to: { path: "^src/config/" } },
    { name: "src does not import tests", severity: "error", from: { path: "^src/" }, to: { path: "^(test|bench|tools)/" } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".js"], exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default"] },
  },
};
