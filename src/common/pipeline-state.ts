/** How far a pipeline has come: from `new` to `running` in this order; `halted`, a person must look first. */
export type PipelineState = 'new' | 'comparing' | 'report' | 'loading' | 'running' | 'halted';
