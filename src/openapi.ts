import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { version } from './ops/build.js';

/** The OpenAPI document of every route of the application. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Accord')
    .setDescription(
      'Keeps two record systems in agreement, field by field. Errors are RFC 9457 problems with a stable `code`; ' +
        'times are RFC 3339 in UTC; lists are paged by an opaque cursor (`next`).',
    )
    .setVersion(version)
    .setOpenAPIVersion('3.1.0')
    .build();
  return SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
}
