import { Controller, Param, Post, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { CallerParam, type Caller } from '../common/caller.js';
import { Needs } from '../common/route-access.js';
import { actorOf } from '../database/audit.js';
import { DecisionDto } from './decision.dto.js';
import { UndoService } from './undo.service.js';

@ApiTags('conflicts')
@Controller('decisions')
export class DecisionsController {
  constructor(private readonly decisions: UndoService) {}

  @Post(':id/undo')
  @Needs('conflicts:resolve', { of: 'decision' })
  @ApiOperation({ summary: 'Take a decision back; doing it twice is doing it once' })
  @ApiOkResponse({ type: DecisionDto, description: 'Nothing had been written; the conflict is open again' })
  @ApiAcceptedResponse({
    type: DecisionDto,
    description:
      'It had been written: the conflict is open again, and each side gets back what it held before, by a conditional write; a side ' +
      'that was edited since keeps that edit (`undone` says which)',
  })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({
    description:
      'Problem `not-undoable`: a later decision stands, the record has ended, or it never took effect',
  })
  async undo(
    @Param('id') id: string,
    @CallerParam() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DecisionDto> {
    const { status, body } = await this.decisions.undo(id, actorOf(caller));
    response.status(status);
    return body;
  }
}
