import { Below, Constant, Name, OneOf, RateText, Text } from './constraints.js';

export class ConnectionMetadataDto {
  @Name() name!: string;
  @Text({ optional: true }) description?: string;
}

export class TlsDto {
  @OneOf(['disable', 'require', 'verify-full']) mode!: 'disable' | 'require' | 'verify-full';
  @Text({ optional: true, max: 20_000 }) ca?: string;
}

/** A system to connect to. */
export class ConnectionDto {
  @Constant('accord/v1') apiVersion!: 'accord/v1';
  @Constant('Connection') kind!: 'Connection';
  @Below({ kind: 'object', type: () => ConnectionMetadataDto }) metadata!: ConnectionMetadataDto;
  @OneOf(['postgres', 'mysql']) connector!: 'postgres' | 'mysql';
  @Text({ optional: true, max: 80 }) label?: string;
  @Text() url!: string;
  @Below({ kind: 'object', type: () => TlsDto }, { optional: true }) tls?: TlsDto;
  @RateText() rate?: string;
}
