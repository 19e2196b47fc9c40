import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '../common/api-doc.js';
import { CallerParam, type Caller } from '../common/caller.js';
import { Needs } from '../common/route-access.js';
import { actorOf } from '../database/audit.js';
import { RestoredDto, RestoreDto } from './restore.dto.js';
import { RestoreService } from './restore.service.js';

/** Records that were deleted, made again. */
@ApiTags('records')
@Controller()
export class RestoreController {
  constructor(private readonly restoring: RestoreService) {}

  @Post('records/:id/restore')
  @HttpCode(202)
  @Needs('conflicts:resolve', { of: 'record' })
  @ApiOperation({ summary: 'Make a deleted record again, from what is held of it' })
  @ApiAcceptedResponse({ type: RestoredDto, description: 'The pipeline does so in a moment' })
  @ApiNotFoundResponse({ description: 'Problem `not-found`, also once its tombstone was purged' })
  @ApiConflictResponse({
    description: 'Problems `not-deleted`, `key-taken`: a record stands under its id, `excluded`',
  })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid`' })
  restore(
    @Param('id') id: string,
    @Body() input: RestoreDto,
    @CallerParam() caller: Caller,
  ): Promise<RestoredDto> {
    return this.restoring.restore(id, input, actorOf(caller));
  }
}
