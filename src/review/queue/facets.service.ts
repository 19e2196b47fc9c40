import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { publicId } from '../../common/public-ids.js';
import { HubPools } from '../../database/pools.js';
import { namesOf } from '../../database/sql/review/notes.js';
import { countOverdue, NOBODY, tallyOf, type TallyRow } from '../../database/sql/review/tally.js';
import { run } from '../../database/sql/statement.js';
import type { ConflictQueryDto } from '../conflict.dto.js';
import { ConflictsService, type Viewer } from '../conflicts.service.js';
import type { AssigneeCountDto, FacetsDto } from './facets.dto.js';
import { PRIORITIES, type Dimension } from './filter-conditions.js';
import type { QueueFilter } from './queue-filter.js';

const MOST_OVERDUE = 1_000;
const MOST_UNITS = 200;

type Facet = Dimension | 'pipeline';

/** The numbers beside the list. */
@Injectable()
export class FacetsService {
  constructor(
    private readonly pools: HubPools,
    private readonly conflicts: ConflictsService,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `filter-invalid`; `not-found` for an unknown pipeline */
  async facets(
    query: Partial<Pick<ConflictQueryDto, 'filter' | 'state' | 'pipeline' | 'unit' | 'record'>>,
    viewer: Viewer,
  ): Promise<FacetsDto> {
    const filter = await this.conflicts.filter(query, viewer);
    const ids = filter.pipelines.map(({ id }) => id);
    const names = new Map(filter.pipelines.map(({ id, name }) => [id, name]));
    const [rows, [overdue]] = await Promise.all([
      run(this.pools.general, tallyOf, [ids]),
      run(this.pools.general, countOverdue, [new Date(this.clock.now()), ids, MOST_OVERDUE + 1]),
    ]);
    const count = (facet: Facet | null, of: (row: TallyRow) => string): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const row of rows) if (fits(filter, row, facet)) counts[of(row)] = (counts[of(row)] ?? 0) + row.n;
      return counts;
    };
    const late = overdue?.n ?? 0;
    return {
      total: count(null, () => 'all').all ?? 0,
      state: count('state', ({ state }) => state),
      priority: count('priority', ({ urgency }) => PRIORITIES[urgency] ?? 'normal'),
      kind: count('kind', ({ kind }) => kind),
      unit: most(count('unit', ({ unit }) => unit)),
      pipeline: count('pipeline', ({ pipeline_id }) => names.get(pipeline_id) ?? ''),
      assignee: await this.#people(count('assignee', ({ assignee_id }) => assignee_id)),
      overdue: { count: Math.min(late, MOST_OVERDUE), capped: late > MOST_OVERDUE },
      ignored: [
        ...new Set(filter.conditions.flatMap(({ name, counted }) => (counted === undefined ? [name] : []))),
      ],
    };
  }

  async #people(counts: Readonly<Record<string, number>>): Promise<AssigneeCountDto[]> {
    const keys = Object.keys(counts).filter((key) => key !== NOBODY);
    const rows = keys.length === 0 ? [] : await run(this.pools.general, namesOf, [keys]);
    const names = new Map(rows.map(({ id, name }) => [id, name]));
    return Object.entries(counts)
      .map(([key, count]) => ({
        person:
          key === NOBODY
            ? null
            : { id: publicId.person(key), name: names.get(key) ?? 'somebody who is gone' },
        count,
      }))
      .sort((x, y) => y.count - x.count);
  }
}

/** Each facet is counted without its own term, so that its other values can be chosen. */
function fits(filter: QueueFilter, row: TallyRow, facet: Facet | null): boolean {
  if (facet !== 'state' && !isListed(filter, row.state)) return false;
  return filter.conditions.every(
    ({ counted }) =>
      counted === undefined || counted.dimension === facet || counted.fits(valueOf(row, counted.dimension)),
  );
}

function isListed({ list }: QueueFilter, state: string): boolean {
  return list === 'waiting' ? state === 'open' || state === 'held' : state === list;
}

function valueOf(row: TallyRow, dimension: Dimension): string {
  switch (dimension) {
    case 'priority':
      return PRIORITIES[row.urgency] ?? 'normal';
    case 'assignee':
      return row.assignee_id === NOBODY ? '' : row.assignee_id;
    default:
      return row[dimension];
  }
}

function most(counts: Readonly<Record<string, number>>): Record<string, number> {
  const sorted = Object.entries(counts).sort(([, x], [, y]) => y - x);
  return Object.fromEntries(sorted.slice(0, MOST_UNITS));
}
