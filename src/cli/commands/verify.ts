import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { certificateHash, DifferenceDigest, type Certificate } from '../../common/certificate.js';
import { AppError, messageOf } from '../../common/errors.js';
import { REASONS } from '../../core/difference.js';
import type { Json } from '../../core/value.js';
import type { DifferenceDto, DifferencePageDto, VerificationDto } from '../../ops/verification.dto.js';
import { span } from '../../ops/verdict.js';
import { action, type Context } from '../command.js';
import { exitCode, type ExitCode } from '../exit-codes.js';
import { oneLine, table } from '../table.js';
import { print } from '../terminal.js';

const pollMs = 500;
/** After this a pipeline that runs would have begun. */
const WAITS_MS = 15_000;
const SHOWN = 50;

interface Options {
  readonly repair?: boolean;
  readonly check?: string;
}

export function addVerify(program: Command): void {
  program
    .command('verify')
    .argument('[pipeline]')
    .description('compare both sides with what is held of them, and issue a certificate')
    .option('--repair', 'take in what nothing explains as edits of the side that drifted, under the policies')
    .option('--check <certificate>', 'a file with a certificate: prove that it is as it was issued')
    .action(action<[string | undefined, Options]>(verify));
}

async function verify(context: Context, name: string | undefined, options: Options): Promise<ExitCode> {
  if (options.check !== undefined) return check(context, options.check);
  if (name === undefined)
    throw new AppError('invalid', 'Say which pipeline to verify, or which certificate to --check.');
  const { terminal, service } = context;
  const path = `/pipelines/${encodeURIComponent(name)}/verifications`;
  const { body } = await service.post<VerificationDto>(path, { repair: options.repair === true });
  const done = await finished(context, `${path}/${body.id}`, body);
  if (done.certificate === null) {
    print(terminal, done, () => `${name} could not be verified: ${done.error ?? ''}`);
    return exitCode.failed;
  }
  const { items } = (await service.get<DifferencePageDto>(`${path}/${done.id}/differences?limit=${SHOWN}`))
    .body;
  print(terminal, done, () => describe(done, items));
  return (done.differences?.unknown ?? 0) > 0 ? exitCode.attention : exitCode.ok;
}

async function finished(
  { terminal, service }: Context,
  path: string,
  first: VerificationDto,
): Promise<VerificationDto> {
  const bar = terminal.interactive
    ? new SingleBar({
        format: '  {phase} {bar} {percentage}%  {value}/{total}  {left}',
        stream: process.stderr,
        hideCursor: true,
      })
    : null;
  let now = first;
  let told = false;
  const since = performance.now();
  bar?.start(1, 0, { phase: 'waiting', left: '' });
  try {
    while (now.state === 'asked' || now.state === 'running') {
      await sleep(pollMs);
      now = (await service.get<VerificationDto>(path)).body;
      if (now.state === 'asked' && !told && performance.now() - since > WAITS_MS) {
        told = true;
        terminal.err(`It begins when the pipeline runs: accord status ${now.pipeline} says why it does not.`);
      }
      bar?.setTotal(Math.max(1, now.total));
      bar?.update(Math.min(now.done, now.total), {
        phase: now.phase === null ? 'waiting' : PHASES[now.phase],
        left: now.secondsLeft === null ? '' : `${span(now.secondsLeft)} left`,
      });
    }
  } finally {
    bar?.stop();
  }
  return now;
}

const PHASES = {
  records: 'comparing records',
  A: 'looking for unknown records in A',
  B: 'looking for unknown records in B',
  looks: 'looking again',
  repair: 'repairing',
} as const;

function describe(done: VerificationDto, items: readonly DifferenceDto[]): string {
  const certificate = done.certificate as Certificate;
  const { A, B } = certificate.sides;
  const count = (n: number): string => n.toLocaleString('en');
  const differences: Readonly<Record<string, number>> = certificate.differences;
  // A certificate that was issued before a reason existed does not name it.
  const of = (reason: string): number => differences[reason] ?? 0;
  const found = REASONS.filter((reason) => of(reason) > 0);
  const all = REASONS.reduce((sum, reason) => sum + of(reason), 0);
  return [
    `${done.pipeline}, revision ${certificate.revision}: ${count(A.records)} records of ${A.label} and ${count(B.records)} of ${B.label} compared`,
    found.length === 0
      ? 'No differences.'
      : `Differences: ${found.map((reason) => `${count(of(reason))} ${reason}`).join(', ')}`,
    ...(items.length === 0
      ? []
      : [
          table(
            items.map((one) => row(one, { A: A.label, B: B.label })),
            '  ',
          ),
        ]),
    ...(all > items.length ? [`  and ${count(all - items.length)} more`] : []),
    `Certificate ${done.id}: ${done.hash ?? ''}`,
  ].join('\n');
}

function row(one: DifferenceDto, labels: Readonly<Record<'A' | 'B', string>>): string[] {
  const where =
    one.side === null ? 'between the sides' : `${labels[one.side]} ${oneLine(one.externalId ?? '', 40)}`;
  const values =
    one.unit === null || one.unit === '$life' ? '' : `${oneLine(one.held, 30)} / ${oneLine(one.seen, 30)}`;
  return [one.reason, one.record ?? '', where, one.unit ?? 'record', values, one.repaired ?? one.detail];
}

/** As `accord verify --json` printed it, or the API answered. */
interface Issued {
  readonly certificate: Certificate;
  readonly hash: string;
}

async function check({ terminal, service }: Context, file: string): Promise<ExitCode> {
  const { certificate, hash } = await issued(file);
  const faults: string[] = [];
  if (certificateHash(certificate) !== hash)
    faults.push('the certificate is not the one that the hash was made of');
  let compared: string | null = null;
  try {
    const path = `/pipelines/${encodeURIComponent(certificate.pipeline)}/verifications/${encodeURIComponent(certificate.verification)}`;
    const { body } = await service.get<VerificationDto>(path);
    if (body.hash !== hash) faults.push('Accord has issued another certificate under this name');
    const digest = await listDigest(service, path);
    if (digest === null) {
      if (REASONS.some((reason) => certificate.differences[reason] > 0))
        terminal.err('The list of differences is not kept any more: it was not checked.');
    } else if (digest !== certificate.listDigest)
      faults.push('the list of differences that Accord has is not the one that was certified');
    compared = service.url;
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'internal') throw error;
    terminal.err(`Only the certificate itself was checked, not what Accord has stored: ${messageOf(error)}`);
  }
  const { green, red } = terminal.colours;
  print(terminal, { intact: faults.length === 0, hash, comparedWith: compared, faults }, () =>
    faults.length === 0
      ? `${green('✓')} ${certificate.verification} of ${certificate.pipeline}, finished ${certificate.finishedAt}, is as it was issued: ${hash}`
      : faults.map((fault) => `${red('✗')} ${fault}`).join('\n'),
  );
  return faults.length === 0 ? exitCode.ok : exitCode.attention;
}

async function issued(file: string): Promise<Issued> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new AppError('invalid', `${file} cannot be read as JSON: ${messageOf(cause)}`, { cause });
  }
  const { certificate, hash } = parsed as Partial<Issued>;
  const version: unknown = certificate?.version;
  if (version !== 1 || typeof hash !== 'string')
    throw new AppError('invalid', `${file} is no certificate: expected what "accord verify --json" prints`);
  return { certificate: certificate as Certificate, hash };
}

async function listDigest(service: Context['service'], path: string): Promise<string | null> {
  const digest = new DifferenceDigest();
  let any = false;
  let next: string | null = '';
  while (next !== null) {
    const at: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
    const answer = await service.get<DifferencePageDto>(`${path}/differences?limit=200${at}`);
    const page: DifferencePageDto = answer.body;
    for (const one of page.items) {
      any = true;
      const { kind, reason, record, side, externalId, unit, detail } = one;
      const values = { held: one.held as Json, seen: one.seen as Json };
      digest.add({ kind, reason, record, side, externalId, unit, detail, ...values });
    }
    next = page.next;
  }
  return any ? digest.hex() : null;
}
