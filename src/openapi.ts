import type { INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { describedApi } from './common/api-doc.js';
import { securitySchemes } from './common/route-access.js';
import { version } from './ops/build.js';

/** The OpenAPI document of every route of the application. */
export async function openApiDocument(app: INestApplication): Promise<OpenAPIObject> {
  const { DocumentBuilder, SwaggerModule } = await describedApi();
  const config = new DocumentBuilder()
    .setTitle('Accord')
    .setDescription(
      'Keeps two record systems in agreement, field by field. Errors are RFC 9457 problems with a stable `code`; ' +
        'times are RFC 3339 in UTC; lists are paged by an opaque cursor (`next`).',
    )
    .setVersion(version)
    .setOpenAPIVersion('3.1.0')
    .addCookieAuth(
      'accord-session',
      {
        type: 'apiKey',
        in: 'cookie',
        description: 'A browser that is signed in. Over TLS the cookie is called `__Host-accord-session`',
      },
      securitySchemes.session,
    )
    .addApiKey(
      {
        type: 'apiKey',
        in: 'header',
        name: 'X-CSRF-Token',
        description: 'With the cookie, for whatever changes something: `csrfToken` of GET /api/v1/session',
      },
      securitySchemes.csrf,
    )
    .addBearerAuth(
      {
        type: 'http',
        scheme: 'bearer',
        description:
          'An API token, `accord_…`; it may do what its scopes and the roles of its person both allow',
      },
      securitySchemes.token,
    )
    .build();
  return SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
}
