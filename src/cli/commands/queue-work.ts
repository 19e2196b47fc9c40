import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { action, type Context } from '../command.js';
import { print } from '../terminal.js';
import type { Conflict, Work } from '../wire.js';

/** `accord conflicts claim|release|assign|snooze|wake|comment`: what people add to what waits. */
export function addQueueWork(conflicts: Command): void {
  const on = (name: string, description: string): Command =>
    conflicts.command(name).argument('<id>', 'cf_…, grd_… or hlt_…').description(description);

  on('claim', 'be at work on it for five minutes').action(
    action<[string, object]>((context, id) => post(context, id, 'claim', {}, 'You are at work on it')),
  );
  on('release', 'let go of it').action(
    action<[string, object]>((context, id) => post(context, id, 'release', {}, 'Let go of')),
  );
  on('assign', 'give it to somebody')
    .argument('<person>', 'me, nobody, or an id: usr_…')
    .action(
      action<[string, string, object]>(async ({ terminal, service }, id, person) => {
        const { body } = await service.patch<Work>(
          pathOf(id),
          { assignee: person === 'nobody' ? null : person },
          { 'if-match': await tagOf(service, id) },
        );
        print(terminal, body, () => `Assigned to ${body.assignee?.name ?? 'nobody'}: ${id}.`);
      }),
    );
  on('snooze', 'put it off: until a time, or until it changes')
    .option('--until <time>', 'such as 2026-12-01T08:00:00Z; without it: until it changes')
    .action(
      action<[string, { readonly until?: string }]>(async ({ terminal, service }, id, { until }) => {
        const { body } = await service.post<Work>(
          `${pathOf(id)}/snooze`,
          { ...(until !== undefined && { until }) },
          { 'if-match': await tagOf(service, id), 'idempotency-key': randomUUID() },
        );
        print(terminal, body, () => `Put off until ${body.snooze?.until ?? 'it changes'}: ${id}.`);
      }),
    );
  on('wake', 'back into the queue').action(
    action<[string, object]>((context, id) => post(context, id, 'unsnooze', {}, 'Back in the queue')),
  );
  on('comment', 'say something about it')
    .argument('<text>')
    .action(
      action<[string, string, object]>((context, id, text) =>
        post(context, id, 'comments', { text }, 'Said of'),
      ),
    );
}

async function post(
  { terminal, service }: Context,
  id: string,
  what: string,
  body: object,
  words: string,
): Promise<void> {
  const answer = await service.post(`${pathOf(id)}/${what}`, body, { 'idempotency-key': randomUUID() });
  print(terminal, answer.body, () => `${words}: ${id}.`);
}

/** As it is now: whoever types a command has seen no other. */
async function tagOf(service: Context['service'], id: string): Promise<string> {
  return (await service.get<Conflict>(pathOf(id))).body.work.etag;
}

function pathOf(id: string): string {
  return `/conflicts/${encodeURIComponent(id)}`;
}
