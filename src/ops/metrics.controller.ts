import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '../common/api-doc.js';
import type { Response } from 'express';
import { Needs } from '../common/route-access.js';
import { MetricsService } from './metrics.service.js';

@ApiTags('operations')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: MetricsService) {}

  @Get()
  @Needs('metrics:read')
  @ApiOperation({ summary: 'Metrics in the text format of Prometheus' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ type: String })
  async get(@Res({ passthrough: true }) response: Response): Promise<string> {
    const { contentType, text } = await this.metrics.answer();
    response.setHeader('Content-Type', contentType);
    return text;
  }
}
