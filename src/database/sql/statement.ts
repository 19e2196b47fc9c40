import type { ClientBase, QueryResultRow } from 'pg';

/** A named prepared statement: planned once per connection. One per file; the comment there says why plan and locks are right. */
export interface Statement<Row extends QueryResultRow> {
  readonly name: string;
  readonly text: string;
  /** Never set; carries the row type. */
  readonly row?: Row;
}

export async function run<Row extends QueryResultRow>(
  client: Pick<ClientBase, 'query'>,
  statement: Statement<Row>,
  values: readonly unknown[],
): Promise<Row[]> {
  const result = await client.query<Row>({ name: statement.name, text: statement.text, values: [...values] });
  return result.rows;
}

/** The same, telling how many rows were touched. */
export async function execute(
  client: Pick<ClientBase, 'query'>,
  statement: Statement<QueryResultRow>,
  values: readonly unknown[],
): Promise<number> {
  const result = await client.query({ name: statement.name, text: statement.text, values: [...values] });
  return result.rowCount ?? 0;
}
