import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AppError } from '../common/errors.js';
import { decisionKey, itemKey, noSuch, recordKey } from '../common/public-ids.js';
import type { Place } from '../common/route-access.js';
import { HubPools } from '../database/pools.js';
import { pipelineOfWhat } from '../database/sql/access/callers.js';
import { run } from '../database/sql/statement.js';

const keyOf = { conflict: itemKey, decision: decisionKey, record: recordKey } as const;

/** Which pipeline a request is about. Asked only for callers who may not do everything everywhere. */
@Injectable()
export class PipelineOf {
  constructor(private readonly pools: HubPools) {}

  /**
   * @returns its name, whether or not there is such a pipeline; `null` when the request names none
   * @throws AppError `not-found` for what does not exist
   */
  async request(request: Request, place: Exclude<Place, 'filtered'>): Promise<string | null> {
    if ('param' in place) return textOf(request.params[place.param]);
    if ('query' in place) return textOf(request.query[place.query]);
    const id = textOf(request.params.id) ?? '';
    const [row] = await run(this.pools.general, pipelineOfWhat[place.of], [String(keyOf[place.of](id))]);
    if (row === undefined) throw noSuch(place.of, id);
    return row.name;
  }

  /** What is not for the caller is answered like what does not exist: its existence is not for them either. */
  notThere(request: Request, place: Exclude<Place, 'filtered'>): AppError {
    if ('of' in place) return noSuch(place.of, textOf(request.params.id) ?? '');
    const name = 'param' in place ? request.params[place.param] : request.query[place.query];
    return new AppError('not-found', `There is no pipeline ${JSON.stringify(textOf(name) ?? '')}.`);
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
