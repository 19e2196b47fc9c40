import { lazy, type ComponentType, type LazyExoticComponent } from 'react';

/** The files of a part of the screen are not where they were: the service was upgraded while the page was open, or cannot be reached. */
export class PartMissing extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'PartMissing';
  }
}

/** A part that is loaded when it is first shown. What it takes: a `Suspense` and a `CrashBoundary` around it. */
export function lazily<Props>(
  load: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => {
    try {
      return { default: await load() };
    } catch (error) {
      throw new PartMissing(error);
    }
  });
}
