import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Clock } from '../common/clock.js';
import { Env } from '../common/env.js';
import { AppError } from '../common/errors.js';
import { noSuch, publicId } from '../common/public-ids.js';
import type { Json } from '../core/value.js';
import { appendAudit, type AuditActor } from '../database/audit.js';
import { mailAgain } from '../database/mail-again.js';
import { HubPools } from '../database/pools.js';
import {
  lockPreference,
  recipientById,
  setPreference,
  type RecipientRow,
} from '../database/sql/notify/preferences.js';
import { execute, run } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import { defaultMode, modesOf, NOTIFY_EVENTS, type NotifyEvent } from './events.js';
import type { ChangeNotificationsDto, NotificationsDto } from './preferences.dto.js';
import { readPreferences, type Preferences } from './recipient.js';

/** What people want to be told by mail. */
@Injectable()
export class PreferencesService {
  constructor(
    private readonly env: Env,
    private readonly pools: HubPools,
    private readonly clock: Clock,
  ) {}

  async of(personId: string): Promise<NotificationsDto> {
    return this.#answer(await rowOf(this.pools.general, personId));
  }

  /** Mails are sent to them again, also what was refused within a day. */
  async tryAgain(personId: string, by: AuditActor): Promise<NotificationsDto> {
    const { email } = await rowOf(this.pools.general, personId);
    await inTransaction(this.pools.general, (client) =>
      mailAgain(client, { personId, email, by, now: this.clock.now() }),
    );
    return this.of(personId);
  }

  /** @throws AppError `invalid` for a mode that an event does not have */
  async change(personId: string, input: ChangeNotificationsDto, by: AuditActor): Promise<NotificationsDto> {
    mustBeModes(input);
    return inTransaction(this.pools.general, async (client) => {
      await run(client, lockPreference, [personId]);
      const before = readPreferences(await rowOf(client, personId));
      const after = changed(before, input);
      await this.#store(client, personId, before, after, by, null);
      return this.#answer(await rowOf(client, personId));
    });
  }

  /**
   * Ends mails of a kind, without anybody having signed in: whoever has the mail may. A digest's kind ends all that comes by digest.
   *
   * @throws AppError `not-found`
   */
  async unsubscribe(personId: string, kind: string, by: AuditActor): Promise<void> {
    await inTransaction(this.pools.general, async (client) => {
      await run(client, lockPreference, [personId]);
      const row = await rowOf(client, personId);
      const before = readPreferences(row);
      const ended = eventsOfKind(kind, row, before);
      const modes = { ...before.modes, ...Object.fromEntries(ended.map((event) => [event, 'off'])) };
      await this.#store(client, personId, before, { ...before, modes }, by, kind);
    });
  }

  async #store(
    client: PoolClient,
    personId: string,
    before: Preferences,
    after: Preferences,
    actor: AuditActor,
    unsubscribed: string | null,
  ): Promise<void> {
    const { modes, timeZone, quiet, digestMinutes, dailyAt } = after;
    await execute(client, setPreference, [
      personId,
      JSON.stringify(modes),
      timeZone,
      quiet?.from ?? null,
      quiet?.to ?? null,
      digestMinutes,
      dailyAt,
    ]);
    await appendAudit(client, this.clock.now(), {
      actor,
      action: unsubscribed === null ? 'notifications.changed' : 'notifications.unsubscribed',
      object: publicId.person(personId),
      pipeline: null,
      detail:
        unsubscribed === null ? { before: audited(before), after: audited(after) } : { kind: unsubscribed },
    });
  }

  #answer(row: RecipientRow): NotificationsDto {
    const { modes, timeZone, quiet, digestMinutes, dailyAt } = readPreferences(row);
    return {
      address: row.email,
      sends: this.env.SMTP_URL !== undefined,
      refused: row.refused,
      events: NOTIFY_EVENTS.map((event) => ({
        event,
        mode: modes[event] ?? null,
        byRole: defaultMode(row.grants, event, null),
        modes: modesOf(event),
      })),
      timeZone: row.chosen ? timeZone : null,
      quiet,
      digestMinutes,
      dailyAt,
    };
  }
}

/** The events that a kind of mail tells of. */
function eventsOfKind(kind: string, { grants }: RecipientRow, { modes }: Preferences): NotifyEvent[] {
  if (kind !== 'digest') return NOTIFY_EVENTS.filter((event) => event === kind);
  return NOTIFY_EVENTS.filter(
    (event) => event !== 'daily' && (modes[event] ?? defaultMode(grants, event, null)) === 'digest',
  );
}

async function rowOf(client: Pick<PoolClient, 'query'>, personId: string): Promise<RecipientRow> {
  const [row] = await run(client, recipientById, [personId]);
  if (row === undefined) throw noSuch('person', publicId.person(personId));
  return row;
}

function changed(before: Preferences, input: ChangeNotificationsDto): Preferences {
  const chosen = new Map<string, string>(Object.entries(before.modes));
  for (const { event, mode } of input.events ?? []) {
    if (mode === null) chosen.delete(event);
    else chosen.set(event, mode);
  }
  return {
    modes: Object.fromEntries(chosen),
    timeZone: input.timeZone ?? before.timeZone,
    quiet: input.quiet === undefined ? before.quiet : input.quiet,
    digestMinutes: input.digestMinutes ?? before.digestMinutes,
    dailyAt: input.dailyAt ?? before.dailyAt,
  };
}

function mustBeModes({ events = [] }: ChangeNotificationsDto): void {
  const at = events.findIndex(({ event, mode }) => mode !== null && !modesOf(event).includes(mode));
  const wrong = events[at];
  if (wrong === undefined) return;
  const pointer = `/events/${at}/mode`;
  const detail = `must be one of ${modesOf(wrong.event).join(', ')}`;
  throw new AppError('invalid', `${pointer}: ${detail}`, { faults: [{ pointer, code: 'mode', detail }] });
}

function audited({ modes, timeZone, quiet, digestMinutes, dailyAt }: Preferences): Json {
  return {
    modes: { ...modes } as Record<string, Json>,
    timeZone,
    quiet: quiet === null ? null : `${quiet.from}-${quiet.to}`,
    digestMinutes,
    dailyAt,
  };
}
