import { UnderscoreNamingStrategy } from '@mikro-orm/postgresql';

/** Names constraints as PostgreSQL itself does, so that migrations in plain SQL need not spell them out. */
export class PostgresNaming extends UnderscoreNamingStrategy {
  override indexName(
    table: string,
    columns: string[],
    type: 'primary' | 'foreign' | 'unique' | 'index' | 'sequence' | 'check' | 'default' | 'trigger',
  ): string {
    if (type === 'foreign') return `${table}_${columns.join('_')}_fkey`;
    if (type === 'unique') return `${table}_${columns.join('_')}_key`;
    return super.indexName(table, columns, type);
  }
}
