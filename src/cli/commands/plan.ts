import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { AppError } from '../../common/errors.js';
import type { ArchivePreview, ChangePreview, ScopePreview } from '../../sync/preview/change-preview.js';
import { action, type Context } from '../command.js';
import { exitCode, type ExitCode } from '../exit-codes.js';
import { withHub, type Hub } from '../hub.js';
import { print, type Terminal } from '../terminal.js';

interface Options {
  readonly detailedExitcode?: boolean;
}

export function addPlan(program: Command): void {
  program
    .command('plan')
    .argument('[pipeline]', 'only this pipeline')
    .description('what the pipeline files would change on the records that are linked now; writes nothing')
    .option('--detailed-exitcode', 'end with 6 when something would change')
    .action(
      action<[string | undefined, Options]>((context, name, options) =>
        withHub(context.env, (hub) => plan(context, hub, name, options)),
      ),
    );
}

async function plan(
  context: Context,
  { pools, project }: Hub,
  only: string | undefined,
  { detailedExitcode }: Options,
): Promise<ExitCode> {
  const chosen = project.pipelines.filter(({ spec }) => only === undefined || spec.metadata.name === only);
  if (chosen.length === 0)
    throw new AppError(
      only === undefined ? 'invalid' : 'not-found',
      only === undefined ? 'There is no pipeline: set ACCORD_PIPELINES' : `There is no pipeline ${only}.`,
    );
  const [{ openChanged }, { previewChange }] = await Promise.all([
    import('../../sync/preview/changed-pipeline.js'),
    import('../../sync/preview/preview.js'),
  ]);
  const previews: ChangePreview[] = [];
  for (const declaration of chosen) {
    const changed = await openChanged(declaration, pools, project.catalog);
    if (changed === null) {
      previews.push(neverRun(declaration.spec.metadata.name));
      continue;
    }
    const bar = context.terminal.interactive
      ? new SingleBar({ format: '  {name}  {value} records', stream: process.stderr, hideCursor: true })
      : null;
    bar?.start(Infinity, 0, { name: changed.name });
    try {
      previews.push(await previewChange(changed, pools, (count) => bar?.update(count)));
    } finally {
      bar?.stop();
      await changed.close();
    }
  }
  print(context.terminal, { pipelines: previews }, () =>
    previews.map((preview) => describe(context.terminal, preview)).join('\n\n'),
  );
  const changes = previews.some(
    ({ revision, units, scope, archive, matching }) =>
      revision === null || units.length > 0 || scope !== null || archive !== null || matching !== null,
  );
  return detailedExitcode === true && changes ? exitCode.attention : exitCode.ok;
}

function neverRun(pipeline: string): ChangePreview {
  return {
    pipeline,
    revision: null,
    units: [],
    records: 0,
    writes: { A: 0, B: 0 },
    conflicts: { opens: 0, closes: 0, stay: 0 },
    added: {},
    scope: null,
    archive: null,
    matching: null,
    samples: [],
  };
}

const WHAT = {
  added: 'is new: both sides are read for it',
  removed: 'is no longer synchronised; what stands stays as it is',
  mapping: 'means something else: what is kept is understood anew, and is no edit',
  policy: 'is decided otherwise',
} as const;

function describe({ colours: { bold, dim } }: Terminal, preview: ChangePreview): string {
  const { pipeline, revision, units, records, writes, conflicts, added, scope, archive, matching, samples } =
    preview;
  if (revision === null)
    return `${bold(pipeline)}: new. It compares both sides and reports before anything is written.`;
  if (units.length === 0 && scope === null && archive === null && matching === null)
    return `${bold(pipeline)}: no change since revision ${revision}.`;
  const n = (count: number): string => count.toLocaleString('en');
  return [
    `${bold(pipeline)}  ${dim(`revision ${revision} → ${revision + 1}`)}`,
    ...units.map(({ unit, change }) => `  ${unit} ${WHAT[change]}`),
    `Effect on ${n(records)} linked records`,
    `  writes     A ${n(writes.A)}, B ${n(writes.B)} records`,
    `  conflicts  ${n(conflicts.opens)} open, ${n(conflicts.closes)} close, ${n(conflicts.stay)} stay`,
    ...Object.entries(added).map(
      ([unit, count]) =>
        `  ${unit}  ${n(count.agree)} agree, ${n(count.fillsA)} are filled on A, ${n(count.fillsB)} on B, ${n(count.differ)} differ`,
    ),
    ...(scope === null ? [] : scopeLines(scope)),
    ...(archive === null ? [] : archiveLines(archive)),
    ...(matching === null
      ? []
      : [
          `Records are matched otherwise: of ${matching.some ? 'the first ' : ''}${n(matching.records.A)} of A and ${n(matching.records.B)} of B that are not linked`,
          `  ${n(matching.links)} pairs are linked, ${n(matching.asks)} records are in question, ${n(matching.makes.A)} of A and ${n(matching.makes.B)} of B are made on the other side`,
        ]),
    ...samples
      .slice(0, 5)
      .map(
        (one) =>
          `  ${dim(`${one.side} ${one.id ?? ''} ${one.unit}: ${JSON.stringify(one.before)} → ${JSON.stringify(one.after)}`)}`,
      ),
  ].join('\n');
}

function scopeLines({ sides, entering, leaving, newcomers }: ScopePreview): readonly string[] {
  const n = (count: number): string => count.toLocaleString('en');
  return [
    `  scope      of ${sides.join(' and ')}: ${n(leaving)} linked records leave it (excluded, never deleted), ${n(entering)} come back`,
    `             ${n(newcomers.A)} records of A and ${n(newcomers.B)} of B that are not linked come in`,
  ];
}

function archiveLines({ sides, marked, unmarked, newcomers }: ArchivePreview): readonly string[] {
  const n = (count: number): string => count.toLocaleString('en');
  return [
    `  deletions  on ${sides.join(' and ')}: ${n(marked)} linked records would count as deleted (a person is asked), ${n(unmarked)} would not any more`,
    `             ${n(newcomers.A)} records of A and ${n(newcomers.B)} of B that are not linked count as there again`,
  ];
}
