import type { Command } from 'commander';
import { AppError } from '../../common/errors.js';
import { action, type Context } from '../command.js';
import { withHub, type Hub } from '../hub.js';
import { print } from '../terminal.js';

interface Options {
  readonly dryRun?: boolean;
}

const leaseMs = 60_000;

export function addUninstall(program: Command): void {
  program
    .command('uninstall')
    .argument('<pipeline>')
    .description(
      'remove from both systems what Accord installed there for this pipeline; records stay as they are',
    )
    .option('--dry-run', 'only show what would be removed')
    .action(
      action<[string, Options]>((context, name, options) =>
        withHub(context.env, (hub) => uninstall(context, hub, name, options)),
      ),
    );
}

async function uninstall(
  { terminal }: Context,
  { pools, leases, project }: Hub,
  name: string,
  { dryRun }: Options,
): Promise<void> {
  const [{ pipelineRows }, { endpointOptions }, { endOf }] = await Promise.all([
    import('../../database/sql/pipeline-rows.js'),
    import('../../connectors/endpoint-options.js'),
    import('../../core/pipeline/ends.js'),
  ]);
  const declared = project.pipelines.find(({ spec }) => spec.metadata.name === name);
  const [row] = await pipelineRows(pools.general, name);
  if (declared === undefined || row === undefined) {
    const names = project.pipelines.map(({ spec }) => spec.metadata.name).join(', ') || 'none';
    throw new AppError(
      'not-found',
      `There is no pipeline ${JSON.stringify(name)} that was started; declared are: ${names}`,
    );
  }
  const ends = (['A', 'B'] as const).map((side) => ({ side, end: endOf(declared.spec, side) }));
  const where = ends.map(({ side, end }) => ({ side, connection: end.ref, object: end.object }));
  if (dryRun === true) {
    print(
      terminal,
      { pipeline: name, wouldRemoveFrom: where },
      () =>
        `Would remove capture of ${name} from ${where.map(({ connection, object }) => `${object} (${connection})`).join(' and ')}.`,
    );
    return;
  }
  // Whoever holds the lease reads the log that would be removed.
  const removed = await leases.during(`sync:${row.id}`, leaseMs, async () => {
    for (const { side, end } of ends) {
      const connection = await project.catalog.get(end.ref);
      const endpoint = await connection.endpoint(endpointOptions(row.id, declared.spec, side));
      try {
        await endpoint.uninstall();
      } finally {
        await endpoint.close();
      }
    }
  });
  if (!removed)
    throw new AppError(
      'leased',
      `The service runs pipeline ${name}. Stop it first, or remove the pipeline's file and start it again.`,
    );
  print(
    terminal,
    { pipeline: name, removedFrom: where },
    () =>
      `Removed capture of ${name} from ${where.map(({ connection, object }) => `${object} (${connection})`).join(' and ')}.`,
  );
}
