import type { Statement } from '../statement.js';

/**
 * Counts an attempt before it is looked at, or nothing while the subject is locked: of many that come at once, only as many as are left
 * get through. After `free` failures each further one locks twice as long as the one before, to at most `longest`; failures are
 * forgotten an hour after the last. Parameters: subject, now ms, free, first lock s, longest lock s.
 */
export const countAttempt: Statement<{ failures: number }> = {
  name: 'access_count_attempt',
  text: `
  insert into login_attempt as a (subject, failures, last_at, locked_until)
  values ($1, 1, to_timestamp($2::float8 / 1000), to_timestamp($2::float8 / 1000))
  on conflict (subject) do update set
    failures = case when a.last_at < excluded.last_at - interval '1 hour' then 1 else a.failures + 1 end,
    last_at = excluded.last_at,
    locked_until = case
      when a.last_at < excluded.last_at - interval '1 hour' or a.failures + 1 < $3::int then excluded.last_at
      else excluded.last_at + least($5::float8, $4::float8 * power(2, least(a.failures + 1 - $3::int, 30))) * interval '1 second' end
    where a.locked_until <= excluded.last_at
  returning failures`,
};

/** Parameters: subject. */
export const lockedUntil: Statement<{ locked_until: Date }> = {
  name: 'access_locked_until',
  text: `select locked_until from login_attempt where subject = $1`,
};

/** It succeeded. Parameters: subject. */
export const forgetAttempts: Statement<Record<string, never>> = {
  name: 'access_forget_attempts',
  text: `delete from login_attempt where subject = $1`,
};

/** It was no failure after all. Parameters: subject. */
export const takeBackAttempt: Statement<Record<string, never>> = {
  name: 'access_take_back_attempt',
  text: `update login_attempt set failures = greatest(0, failures - 1), locked_until = last_at where subject = $1`,
};
