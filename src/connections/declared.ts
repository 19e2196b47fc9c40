import type { ConnectionCatalog, DeclaredConnection } from '../connectors/connection-catalog.js';
import type { PipelineSpec } from '../core/pipeline/spec.js';

/** What the files of this process say about connections. */
export class Declared {
  constructor(
    private readonly catalog: ConnectionCatalog,
    private readonly pipelines: readonly PipelineSpec[],
  ) {}

  get names(): readonly string[] {
    return this.catalog.declaredNames;
  }

  /** With secrets; `null` for what no file declares. */
  connection(name: string): DeclaredConnection | null {
    return this.catalog.declared(name);
  }

  /** The pipelines that use a connection, and on which side. */
  usesOf(name: string): readonly ConnectionUse[] {
    return this.pipelines.flatMap((spec) =>
      (['A', 'B'] as const).flatMap((side) => {
        const { ref } = side === 'A' ? spec.connections.a : spec.connections.b;
        return ref === name ? [{ spec, side }] : [];
      }),
    );
  }

  pipelinesOf(name: string): readonly string[] {
    return [...new Set(this.usesOf(name).map(({ spec }) => spec.metadata.name))].sort();
  }
}

export interface ConnectionUse {
  readonly spec: PipelineSpec;
  readonly side: 'A' | 'B';
}
