import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from '../common/api-doc.js';
import { IsIn, IsOptional, Length } from 'class-validator';
import { CallerParam, pipelinesWithin, type Caller } from '../common/caller.js';
import { Needs } from '../common/route-access.js';
import { pipelineAnswer } from './pipeline-answer.js';
import { PipelineDto } from './pipeline.dto.js';
import { PipelinesService } from './pipelines.service.js';

export class ResumeDto {
  @ApiProperty({ enum: ['A', 'B'], required: false, description: 'Absent: the whole pipeline' })
  @IsOptional()
  @IsIn(['A', 'B'], { message: 'must be "A" or "B", or absent for the whole pipeline' })
  side?: 'A' | 'B';
}

export class ResumeRequestDto extends ResumeDto {
  @ApiProperty({
    enum: ['give-back', 'take'],
    required: false,
    description:
      'Needed when a side was restored or replaced. `give-back`: it gets back what Accord knows; `take`: what it shows now are edits',
  })
  @IsOptional()
  @IsIn(['give-back', 'take'], { message: 'must be "give-back" or "take"' })
  restored?: 'give-back' | 'take';
}

export class PauseRequestDto extends ResumeDto {
  @ApiProperty({ minLength: 1, maxLength: 500, description: 'Why; shown to everybody who wonders' })
  @Length(1, 500, { message: 'must say why, in 1 to 500 characters' })
  reason!: string;
}

export class PipelineListDto {
  @ApiProperty({ type: [PipelineDto] })
  items!: PipelineDto[];
}

@ApiTags('pipelines')
@Controller('pipelines')
export class PipelinesController {
  constructor(private readonly pipelines: PipelinesService) {}

  @Get()
  @Needs('pipelines:read', 'filtered')
  @ApiOperation({ summary: 'All pipelines, how they are and what waits' })
  @ApiOkResponse({ type: PipelineListDto })
  async list(@CallerParam() caller: Caller): Promise<PipelineListDto> {
    const only = pipelinesWithin(caller, 'pipelines:read');
    return { items: (await this.pipelines.list(only)).map(pipelineAnswer) };
  }

  @Get(':name')
  @Needs('pipelines:read', { param: 'name' })
  @ApiOperation({ summary: 'One pipeline' })
  @ApiOkResponse({ type: PipelineDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  async get(@Param('name') name: string): Promise<PipelineDto> {
    return pipelineAnswer(await this.pipelines.get(name));
  }

  @Post(':name/pause')
  @Needs('ops:run', { param: 'name' })
  @HttpCode(200)
  @ApiOperation({ summary: 'Stop writing, to one side or at all; pausing what is paused changes nothing' })
  @ApiOkResponse({ type: PipelineDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  async pause(
    @Param('name') name: string,
    @Body() { side, reason }: PauseRequestDto,
    @CallerParam() caller: Caller,
  ): Promise<PipelineDto> {
    return pipelineAnswer(await this.pipelines.pause(name, side ?? null, caller, reason));
  }

  @Post(':name/resume')
  @Needs('ops:run', { param: 'name' })
  @HttpCode(200)
  @ApiOperation({
    summary: 'Go on, one side or the whole pipeline; also what halted or waits after an error',
  })
  @ApiOkResponse({ type: PipelineDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({ description: 'Problem `choice-needed`: a side was restored, say what is right' })
  async resume(
    @Param('name') name: string,
    @Body() { side, restored }: ResumeRequestDto,
    @CallerParam() caller: Caller,
  ): Promise<PipelineDto> {
    return pipelineAnswer(await this.pipelines.resume(name, side ?? null, caller, restored ?? null));
  }
}
