import { Controller, Headers, Sse, type MessageEvent } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '../common/api-doc.js';
import type { Observable } from 'rxjs';
import { CallerParam, pipelinesWithin, StillAllowed, type Caller } from '../common/caller.js';
import { Needs } from '../common/route-access.js';
import { EventFeed } from './event-feed.js';

/** A screen that reads slower than this much text is cut off; it comes back with its last id and is told what it missed. */
const MOST_WAITING_CHARACTERS = 256 * 1024;

@ApiTags('events')
@Controller('events')
export class EventsController {
  constructor(
    private readonly feed: EventFeed,
    private readonly access: StillAllowed,
  ) {}

  @Needs('conflicts:read', 'filtered')
  @Sse('', { maxPendingDataLength: MOST_WAITING_CHARACTERS })
  @ApiOperation({
    summary: 'What changes, as server-sent events `conflict`, `decision` ({id}) and `pipeline` ({name})',
    description:
      'Hints to look again, never data; the same hint may come twice. A null id or name: more changed than can be named, look at all of ' +
      'that type. A comment comes every 15 s.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Sent by browsers on their own; what changed since is told first',
  })
  @ApiOkResponse({ content: { 'text/event-stream': { schema: { type: 'string' } } } })
  events(
    @CallerParam() caller: Caller,
    @Headers('last-event-id') lastEventId?: string,
  ): Observable<MessageEvent> {
    return this.feed.stream(lastEventId, {
      pipelines: pipelinesWithin(caller, 'conflicts:read'),
      isStill: () => this.access.isStill(caller, 'conflicts:read'),
    });
  }
}
