import type * as Swagger from '@nestjs/swagger';

/** What was decorated, in the order in which it was. */
const noted: ((swagger: typeof Swagger) => void)[] = [];

/**
 * A decorator of @nestjs/swagger that is only noted. Nothing but the OpenAPI document needs what it says, and the package is a sixth of
 * what a start would have to load.
 */
function later<Name extends Extract<keyof typeof Swagger, `Api${string}`>>(
  name: Name,
): (typeof Swagger)[Name] {
  const factory =
    (...options: unknown[]) =>
    (...target: unknown[]): void => {
      noted.push((swagger) => {
        const decorator: (...options: never[]) => (...target: never[]) => unknown = swagger[name];
        decorator(...(options as never[]))(...(target as never[]));
      });
    };
  return factory;
}

/** The package, with everything applied that was decorated until now. */
export async function describedApi(): Promise<typeof Swagger> {
  const swagger = await import('@nestjs/swagger');
  for (const apply of noted.splice(0)) apply(swagger);
  return swagger;
}

export const ApiBearerAuth = later('ApiBearerAuth');
export const ApiBody = later('ApiBody');
export const ApiExtension = later('ApiExtension');
export const ApiExtraModels = later('ApiExtraModels');
export const ApiHeader = later('ApiHeader');
export const ApiOperation = later('ApiOperation');
export const ApiProduces = later('ApiProduces');
export const ApiProperty = later('ApiProperty');
export const ApiPropertyOptional = later('ApiPropertyOptional');
export const ApiResponse = later('ApiResponse');
export const ApiSecurity = later('ApiSecurity');
export const ApiTags = later('ApiTags');
export const ApiAcceptedResponse = later('ApiAcceptedResponse');
export const ApiBadRequestResponse = later('ApiBadRequestResponse');
export const ApiConflictResponse = later('ApiConflictResponse');
export const ApiCreatedResponse = later('ApiCreatedResponse');
export const ApiForbiddenResponse = later('ApiForbiddenResponse');
export const ApiFoundResponse = later('ApiFoundResponse');
export const ApiGoneResponse = later('ApiGoneResponse');
export const ApiNoContentResponse = later('ApiNoContentResponse');
export const ApiNotFoundResponse = later('ApiNotFoundResponse');
export const ApiOkResponse = later('ApiOkResponse');
export const ApiPreconditionFailedResponse = later('ApiPreconditionFailedResponse');
export const ApiServiceUnavailableResponse = later('ApiServiceUnavailableResponse');
export const ApiTooManyRequestsResponse = later('ApiTooManyRequestsResponse');
export const ApiUnauthorizedResponse = later('ApiUnauthorizedResponse');
export const ApiUnprocessableEntityResponse = later('ApiUnprocessableEntityResponse');
