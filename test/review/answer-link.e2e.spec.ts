import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ANSWER_LINK } from '../../src/common/answer-link.js';
import { uuidv7 } from '../../src/common/ids.js';
import { Signer } from '../../src/database/signer.js';
import { addAnswerLinks } from '../../src/database/sql/notify/answer-links.js';
import { run } from '../../src/database/sql/statement.js';
import { ReviewModule } from '../../src/review/review.module.js';
import { auditTrail } from '../access/audit-trail.js';
import { apiApp, type ApiApp } from '../support/review-app.js';
import { addPerson, signIn } from '../support/tester.js';

interface Sent {
  readonly conflict: string;
  readonly link: number;
  readonly token: string;
  readonly row: string;
}

describe('a link in a mail that answers a conflict', () => {
  let api: ApiApp;
  let n = 0;
  beforeAll(async () => {
    api = await apiApp(ReviewModule, undefined, '10m');
  });
  afterAll(() => api.close());

  /** A conflict, and the link to take A's value as a mail about it would hold it. */
  async function sent({ take = 'a', validMs = 60_000 } = {}): Promise<Sent> {
    n += 1;
    const link = await api.records.agreed({ a: `A-${n}`, b: `B-${n}` }, { email: 'x' });
    const edit = (side: 'A' | 'B', value: string) => ({ unit: 'email', side, value });
    await api.records.edit(link, edit('A', 'y'), edit('B', 'z'));
    const { rows } = await api.pools.general.query<{ id: string; rev: number }>(
      'select id, rev from conflict where link_id = $1',
      [link],
    );
    const { id, rev } = rows[0]!;
    const row = uuidv7();
    const shown = [
      { key: 'a', label: 'CRM', value: 'y' },
      { key: 'b', label: 'Support', value: 'z' },
    ];
    const stored = { id: row, person_id: api.tester.id.slice(4), conflict_id: id, conflict_rev: rev, shown };
    await run(api.pools.general, addAnswerLinks, [JSON.stringify([stored]), Date.now() + validMs]);
    const token = await new Signer(api.pools).sign(ANSWER_LINK, `${row}|${take}`);
    return { conflict: `cf_${id}`, link, token, row };
  }
  async function ask(
    what: 'look' | 'use',
    { conflict, token }: Pick<Sent, 'conflict' | 'token'>,
    headers: Record<string, string> = {},
  ) {
    const response = await api.call(`/conflicts/${conflict}/answer-link/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ token }),
    });
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- assertions say what it should be
    return { status: response.status, body: (await response.json()) as any };
  }
  const decisions = async ({ conflict }: Sent) =>
    (await api.pools.general.query('select take from decision where conflict_id = $1', [conflict.slice(3)]))
      .rows;

  it('decides nothing when it is looked at, decides once when it is confirmed, and is in the audit log', async () => {
    const mail = await sent();
    expect(await ask('look', mail)).toMatchObject({
      status: 200,
      body: { take: 'a', label: 'CRM', state: 'ready', changes: [] },
    });
    expect(await decisions(mail)).toEqual([]);
    const { status, body } = await ask('use', mail);
    expect([status, body.take, body.by, body.value]).toEqual([201, 'a', 'Ann Tester', 'y']);
    expect((await auditTrail(api.pools))[0]).toMatchObject({
      action: 'decision.made',
      object: body.id,
      actor_id: api.tester.id,
      detail: { conflict: mail.conflict, take: 'a', way: 'mail' },
    });
    expect(await ask('use', mail)).toMatchObject({ status: 410, body: { code: 'link-invalid' } });
    expect(await ask('look', mail)).toMatchObject({ status: 200, body: { state: 'used' } });
    await api.call(`/decisions/${body.id}/undo`, { method: 'POST' });
    expect(await ask('use', mail)).toMatchObject({ status: 410 });
    expect(await decisions(mail)).toEqual([{ take: 'a' }]);
  });

  it('works once, also when it is confirmed twice at the same moment, or both buttons of the mail are pressed', async () => {
    const mail = await sent();
    const other = { ...mail, token: await new Signer(api.pools).sign(ANSWER_LINK, `${mail.row}|b`) };
    const answers = await Promise.all([ask('use', mail), ask('use', mail), ask('use', other)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 410, 410]);
    expect(await decisions(mail)).toHaveLength(1);
  });

  it('says what has changed since the mail, and then decides nothing', async () => {
    const mail = await sent();
    await api.records.edit(mail.link, { unit: 'email', side: 'B', value: 'newer' });
    expect(await ask('look', mail)).toMatchObject({
      status: 200,
      body: { state: 'changed', changes: [{ label: 'Support', before: 'z', after: 'newer' }] },
    });
    const { status, body } = await ask('use', mail);
    expect([status, body.code, body.current.id]).toEqual([412, 'stale', mail.conflict]);
    expect(await decisions(mail)).toEqual([]);
    const { rows } = await api.pools.general.query('select used_at from answer_link where id = $1', [
      mail.row,
    ]);
    expect(rows).toEqual([{ used_at: null }]);
  });

  it('is for one person, signed in: nobody else, no token, no other conflict, no made-up signature, not for ever', async () => {
    const mail = await sent();
    await addPerson(api.pools, { email: 'other@example.org', grants: [{ role: 'steward', pipeline: '*' }] });
    const other = await signIn(api.url.replace('/api/v1', ''), 'other@example.org');
    expect(await ask('look', mail, other.headers)).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    expect(await ask('use', mail, other.headers)).toMatchObject({ status: 403 });
    const authorization = `Bearer ${api.tester.token}`;
    expect(await ask('use', mail, { cookie: '', authorization })).toMatchObject({ status: 403 });
    expect(await ask('use', mail, { cookie: '' })).toMatchObject({ status: 401 });
    expect(await ask('use', mail, { 'x-csrf-token': '' })).toMatchObject({ status: 403 });
    expect(await ask('use', { ...mail, conflict: (await sent()).conflict })).toMatchObject({ status: 410 });
    const [body, mac] = mail.token.split('.');
    const forged = `${Buffer.from(`${mail.row}|b`).toString('base64url')}.${mac!}`;
    for (const token of [forged, `${body!}.${'A'.repeat(43)}`, body!, '', 'x.y.z'])
      expect([token, (await ask('use', { ...mail, token })).status]).toEqual([token, 410]);
    const unsubscribe = await new Signer(api.pools).sign('unsubscribe', `${mail.row}|a`);
    expect(await ask('use', { ...mail, token: unsubscribe })).toMatchObject({ status: 410 });
    expect(await ask('use', await sent({ validMs: -1 }))).toMatchObject({ status: 410 });
    expect(await decisions(mail)).toEqual([]);
  });
});
