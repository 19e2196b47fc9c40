const LENGTH = 32;

/** What a person may write for a master key: 32 bytes as 64 hexadecimal digits or in base64. */
export const MASTER_KEY_EXPECTED =
  '32 random bytes in base64 or as 64 hexadecimal digits, such as `openssl rand -base64 32` prints';

/** The bytes of one master key as it is written; `null` for what is none. */
export function readMasterKey(text: string): Buffer | null {
  const written = text.trim();
  if (/^[0-9a-f]{64}$/i.test(written)) return Buffer.from(written, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(written)) return null;
  const bytes = Buffer.from(written, 'base64');
  return bytes.length === LENGTH ? bytes : null;
}

/** Several, separated by commas or on lines of their own: the first encrypts, the others only decrypt. `null` when one of them is none. */
export function readMasterKeys(text: string): readonly Buffer[] | null {
  const keys = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.split(','))
    .filter((one) => one.trim() !== '')
    .map(readMasterKey);
  return keys.length === 0 || keys.includes(null) ? null : (keys as Buffer[]);
}
