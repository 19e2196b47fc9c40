import type { Statement } from '../statement.js';
import type { SecretRow } from './connections.js';

/**
 * Held while something is encrypted, from before the key is chosen until it is stored: a key is only given up (`holdMasterKeys`) when
 * nobody is about to use it.
 */
export const useMasterKeys: Statement<Record<string, never>> = {
  name: 'master_keys_use',
  text: `select id from installation where id = 1 for share`,
};

export const holdMasterKeys: Statement<Record<string, never>> = {
  name: 'master_keys_hold',
  text: `select id from installation where id = 1 for update`,
};

/** How many secrets are encrypted under which master key. */
export const masterKeyUse: Statement<{ master_key_id: string; secrets: number }> = {
  name: 'master_keys_in_use',
  text: `select master_key_id, count(*)::int as secrets from secret group by master_key_id order by master_key_id`,
};

/** One page of secrets under other keys, held; those that are being set anew are left out. Parameters: key, id after which, how many. */
export const secretsUnderOtherKeys: Statement<SecretRow & { connection: string }> = {
  name: 'master_keys_other',
  text: `
  select s.id, s.sealed, s.data_key, s.master_key_id, c.name as connection from secret s join connection c on c.id = s.connection_id
  where s.master_key_id <> $1 and s.id > $2 order by s.id limit $3 for update of s`,
};

/** Parameters: id, data key, master key. */
export const rewrapSecret: Statement<Record<string, never>> = {
  name: 'master_keys_rewrap',
  text: `update secret set data_key = $2, master_key_id = $3 where id = $1`,
};
