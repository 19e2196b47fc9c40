import type { Command } from 'commander';
import type { Env } from '../../common/env.js';
import { AppError, messageOf } from '../../common/errors.js';
import { openOwnDatabase, type OwnDatabase } from '../../embedded/own-database.js';
import { action, type Context } from '../command.js';
import { fault, ok, skipped, type Finding } from '../doctor/finding.js';
import { ownDatabase } from '../doctor/own-database.js';
import { disk, mail, nodeVersion, runningService } from '../doctor/this-machine.js';
import { exitCode, type ExitCode } from '../exit-codes.js';
import { print, type Terminal } from '../terminal.js';

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'examine everything that Accord needs, and say how to put right what is wrong; changes nothing',
    )
    .action(action<[object]>(doctor));
}

async function doctor({ terminal, env, service }: Context): Promise<ExitCode> {
  const findings = [
    nodeVersion(),
    ok('environment', 'valid'),
    ...(await Promise.all([disk(env), mail(env), runningService(service.url)])),
  ];
  let database: OwnDatabase | null = null;
  try {
    database = await openOwnDatabase(env);
    const { masterKeys } = await import('../doctor/master-keys.js');
    const own = await ownDatabase(env, database);
    findings.push(...own);
    if (own.every(({ what, state }) => what !== 'database' || state !== 'fault'))
      findings.push(...(await masterKeys(env, database)));
    findings.push(...(await systems(env, database)));
  } catch (error) {
    findings.push(
      fault(
        'database',
        messageOf(error),
        'Set DATABASE_URL to a PostgreSQL server of yours, or correct what the message names',
      ),
    );
  } finally {
    await database?.close();
  }
  const faults = findings.filter(({ state }) => state === 'fault');
  print(terminal, { healthy: faults.length === 0, findings }, () => report(terminal, findings));
  return faults.length === 0 ? exitCode.ok : exitCode.attention;
}

async function systems(env: Env, database: OwnDatabase): Promise<Finding[]> {
  const [{ openProject }, { connections, pipelineEnds }, { pipelineRows }, { HubPools }] = await Promise.all([
    import('../../project.js'),
    import('../doctor/systems.js'),
    import('../../database/sql/pipeline-rows.js'),
    import('../../database/pools.js'),
  ]);
  let project;
  try {
    project = await openProject(env, database);
  } catch (error) {
    const code = error instanceof AppError ? ` (${error.code})` : '';
    return [
      fault('pipelines', `${messageOf(error)}${code}`, 'accord validate <dir> shows the same with places'),
    ];
  }
  if (project.folder === null) return [skipped('pipelines', 'ACCORD_PIPELINES is not set')];
  const pools = new HubPools(database.url);
  try {
    // Before the first start there is no table; capture is looked up under a number that no pipeline has.
    const rows = await pipelineRows(pools.general, null).catch(() => []);
    const idOf = (name: string): number => rows.find((row) => row.name === name)?.id ?? 0;
    await project.catalog.refresh();
    return [
      ok('pipelines', `${project.pipelines.length} in ${project.folder}`),
      ...(await connections(project)),
      ...(await pipelineEnds(project, idOf)),
    ];
  } finally {
    await project.catalog.close();
    await pools.close();
  }
}

function report({ colours }: Terminal, findings: readonly Finding[]): string {
  const { bold, cyan, dim, green, red, yellow } = colours;
  const mark = { ok: green('✓'), warning: yellow('!'), fault: red('✗'), skipped: dim('–') };
  const lines = findings.flatMap(({ what, state, detail, fix }) => [
    `${mark[state]} ${bold(what)}  ${detail}`,
    ...(fix === undefined ? [] : [`    ${cyan('→')} ${fix}`]),
  ]);
  const faults = findings.filter(({ state }) => state === 'fault').length;
  return [
    ...lines,
    '',
    faults === 0 ? 'Nothing is wrong.' : `${faults} ${faults === 1 ? 'thing is' : 'things are'} wrong.`,
  ].join('\n');
}
