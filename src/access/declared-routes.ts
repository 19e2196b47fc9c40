import { Injectable, RequestMethod, type OnModuleInit } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { ROUTE_ACCESS } from '../common/route-access.js';

/** The service does not start with a route that does not say who may use it: nobody should find that out by a 403. */
@Injectable()
export class DeclaredRoutes implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    const silent = this.undeclared();
    if (silent.length > 0)
      throw new Error(`These routes do not say who may use them (common/route-access): ${silent.join(', ')}`);
  }

  /** Routes with neither @Public, @SignedIn nor @Needs. */
  undeclared(): readonly string[] {
    return this.discovery.getControllers().flatMap(({ metatype, instance }) => {
      if (metatype === null || typeof metatype !== 'function') return [];
      const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
        const handler = prototype[name] as object;
        const path: unknown = Reflect.getMetadata(PATH_METADATA, handler);
        if (path === undefined || [handler, metatype].some((of) => Reflect.hasMetadata(ROUTE_ACCESS, of)))
          return [];
        const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod;
        return [`${RequestMethod[method]} ${metatype.name}.${name}`];
      });
    });
  }
}
