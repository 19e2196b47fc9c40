import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { readMasterKey, readMasterKeys } from '../../../src/common/master-key.js';
import { rewrap, seal, unseal, type SealedSecret } from '../../../src/database/secrets/envelope.js';
import { masterKey, MasterKeys } from '../../../src/database/secrets/master-keys.js';

const [first, second] = [randomBytes(32), randomBytes(32)];
const keys = new MasterKeys([first]);
const both = new MasterKeys([second, first]);
const id = '01990000-0000-7000-8000-000000000001';
const binding = ['crm', 'db.example.org', '5432', 'sync'];
const what = 'The password of connection "crm"';
const password = 'pässwörd, "quoted" \u{1f511}';
const sealed = seal(password, { id, binding }, keys.toEncrypt());

const flipped = (buffer: Buffer, at: number): Buffer => {
  const copy = Buffer.from(buffer);
  copy[at] = copy[at]! ^ 1;
  return copy;
};
const opening =
  (secret: SealedSecret, with_ = keys, bound: readonly string[] = binding) =>
  () =>
    unseal(secret, { binding: bound, what }, with_);

describe('a secret at rest', () => {
  it('is opened with the key and the place that it was sealed for', () => {
    expect(opening(sealed)()).toBe(password);
    expect(opening(sealed, both)()).toBe(password);
  });

  it('never looks the same twice, and shows nothing of the secret', () => {
    const again = seal(password, { id, binding }, keys.toEncrypt());
    expect(again.sealed.equals(sealed.sealed)).toBe(false);
    expect(again.dataKey.equals(sealed.dataKey)).toBe(false);
    expect(Buffer.concat([sealed.sealed, sealed.dataKey]).includes('password')).toBe(false);
    expect(sealed.sealed).toHaveLength(12 + Buffer.byteLength(password) + 16);
    expect(sealed.dataKey).toHaveLength(12 + 32 + 16);
  });

  it('is refused when any of its bits was changed, or it was cut off', () => {
    for (let at = 0; at < sealed.sealed.length; at++)
      expect(opening({ ...sealed, sealed: flipped(sealed.sealed, at) })).toThrow(
        /cannot be read: it was changed/,
      );
    for (let at = 0; at < sealed.dataKey.length; at++)
      expect(opening({ ...sealed, dataKey: flipped(sealed.dataKey, at) })).toThrow(/cannot be read/);
    for (const length of [0, 11, 27, sealed.sealed.length - 1])
      expect(opening({ ...sealed, sealed: sealed.sealed.subarray(0, length) })).toThrow(/cannot be read/);
  });

  it('is refused in another row, for another place, and with the parts put together otherwise', () => {
    const other = { ...sealed, id: id.replace('1', '2') };
    expect(opening(other)).toThrow(expect.objectContaining({ code: 'secret-unreadable' }));
    const elsewhere = binding.with(1, 'evil.example.org');
    expect(opening(sealed, keys, elsewhere)).toThrow(expect.objectContaining({ code: 'secret-unreadable' }));
    expect(opening(sealed, keys, ['crm', 'db.example.org5432', 'sync'])).toThrow(/cannot be read/);
    const another = seal('x', { id: other.id, binding }, keys.toEncrypt());
    expect(opening({ ...sealed, dataKey: another.dataKey })).toThrow(/cannot be read/);
  });

  it('names what cannot be read, under which key it is, and which keys are there', () => {
    const stranger = new MasterKeys([second]);
    expect(opening(sealed, stranger)).toThrow(
      expect.objectContaining({ code: 'master-key-unknown', details: { masterKey: keys.ids[0] } }),
    );
    const said = new RegExp(
      `connection "crm" cannot be read.*master key ${keys.ids[0]!}.*has the master key ${stranger.ids[0]!}`,
    );
    expect(opening(sealed, stranger)).toThrow(said);
    expect(opening(sealed, new MasterKeys([]))).toThrow(
      expect.objectContaining({ code: 'master-key-missing' }),
    );
    expect(() => new MasterKeys([]).toEncrypt()).toThrow(/Set ACCORD_MASTER_KEY/);
  });

  it('is put under another master key without being opened, and is then opened by that one alone', () => {
    const anew = rewrap(sealed, what, both, both.toEncrypt());
    expect(anew.sealed).toBe(sealed.sealed);
    expect(anew.masterKeyId).toBe(both.ids[0]);
    expect(opening(anew, new MasterKeys([second]))()).toBe(password);
    expect(opening(anew)).toThrow(expect.objectContaining({ code: 'master-key-unknown' }));
    // A key id that was only written over.
    expect(opening({ ...sealed, masterKeyId: both.ids[0]! }, both)).toThrow(/cannot be read/);
    expect(() =>
      rewrap({ ...sealed, dataKey: flipped(sealed.dataKey, 20) }, what, both, both.toEncrypt()),
    ).toThrow(expect.objectContaining({ code: 'secret-unreadable' }));
  });
});

describe('a master key', () => {
  it('is read as people write it, and nothing else is', () => {
    expect(readMasterKey(first.toString('base64'))).toEqual(first);
    expect(readMasterKey(` ${first.toString('base64url')}\n`)).toEqual(first);
    expect(readMasterKey(first.toString('hex').toUpperCase())).toEqual(first);
    const wrong = [
      '',
      'secret',
      first.toString('hex').slice(1),
      randomBytes(31).toString('base64'),
      'ä'.repeat(43),
    ];
    for (const text of wrong) expect([text, readMasterKey(text)]).toEqual([text, null]);
    const two = `# of 2026, and\n${second.toString('base64')} , ${first.toString('hex')}\n`;
    expect(readMasterKeys(two)).toEqual([second, first]);
    expect(readMasterKeys(`${second.toString('base64')},secret`)).toBeNull();
    expect(readMasterKeys(' ,\n')).toBeNull();
  });

  it('has an id that tells nothing, and is shown nowhere', () => {
    const key = masterKey(first);
    expect(key.id).toMatch(/^[0-9a-f]{16}$/);
    expect(masterKey(Buffer.from(first)).id).toBe(key.id);
    expect(first.toString('hex')).not.toContain(key.id);
    const shown = `${inspect(key, { depth: 9 })} ${JSON.stringify(key)} ${JSON.stringify(keys)} ${inspect(keys)}`;
    for (const form of ['hex', 'base64', 'base64url', 'latin1'] as const)
      expect(shown).not.toContain(first.toString(form));
  });
});
