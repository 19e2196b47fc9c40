/** The import rules of ARCHITECTURE.md; every one is an error. */
const features = 'pipelines|sync|review|lineage|connections|notify|ops|access';

/** Small pure libraries that the core may use (docs/adr). */
const pureLibraries =
  'node-diff3|libphonenumber-js|luxon|@marcbachmann/cel-js|@types/luxon|i18n-iso-countries|leven|@skyra/jaro-winkler|double-metaphone|any-ascii';

const forbidden = [
  {
    name: 'no-cycles',
    comment: 'With ESM and decorator metadata a cycle is a crash at load.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'core-imports-nothing-of-ours',
    from: { path: '^src/core/' },
    to: { path: '^src/', pathNot: '^src/core/' },
  },
  {
    name: 'core-is-pure',
    comment: 'No Node module and no library but the short allow-list.',
    from: { path: '^src/core/' },
    to: { pathNot: ['^src/core/', `^node_modules/(${pureLibraries})/`] },
  },
  {
    name: 'common-imports-core-only',
    from: { path: '^src/common/' },
    to: { path: '^src/', pathNot: '^src/(common|core)/' },
  },
  {
    name: 'connectors-database-embedded-import-core-and-common-only',
    from: { path: '^src/(connectors|database|embedded)/' },
    to: { path: '^src/', pathNot: ['^src/(core|common)/', '^src/$1/'] },
  },
  {
    name: 'a-connector-knows-no-other-connector',
    comment: 'sql/ is what does not depend on the dialect, and knows no connector either.',
    from: { path: '^src/connectors/([^/]+)/' },
    to: { path: '^src/connectors/[^/]+/', pathNot: ['^src/connectors/$1/', '^src/connectors/sql/'] },
  },
  {
    name: 'no-feature-imports-another',
    comment: 'Features cooperate through the database.',
    from: { path: `^src/(${features})/` },
    to: { path: '^src/', pathNot: ['^src/(core|common|connectors|database)/', '^src/$1/'] },
  },
  {
    name: 'the-simulation-needs-no-database',
    from: { path: '^src/simulate/' },
    to: { path: '^src/', pathNot: '^src/(core|common|connectors|simulate)/' },
  },
  {
    name: 'the-judge-shares-nothing-with-what-it-judges',
    comment: 'The oracle of the simulation knows journals and stories, and no code but its own.',
    from: { path: '^src/simulate/oracle/' },
    to: { pathNot: '^src/simulate/oracle/' },
  },
  {
    name: 'the-product-does-not-run-in-a-simulation',
    comment:
      'Switched-off protections exist in the simulated hub only; nothing that serves customers can reach them.',
    from: { path: '^src/(?!simulate/|cli/)' },
    to: { path: '^src/simulate/' },
  },
  {
    name: 'web-and-src-never-meet',
    from: { path: '^web/' },
    to: { path: '^(src|test)/' },
  },
  {
    name: 'src-never-imports-web-or-test',
    from: { path: '^src/' },
    to: { path: '^(web|test|bench|examples)/' },
  },
  {
    name: 'no-unresolvable',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'product-uses-no-dev-dependency',
    from: { path: '^src/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
];

module.exports = {
  forbidden: forbidden.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['import', 'node', 'types', 'default'],
      exportsFields: ['exports'],
    },
  },
};
