import { ApiProperty } from '../common/api-doc.js';

export class MailServerDto {
  @ApiProperty({ description: 'False: SMTP_URL is not set, and no mail is sent' })
  configured!: boolean;

  @ApiProperty({ type: String, nullable: true })
  host!: string | null;

  @ApiProperty({ type: 'integer', nullable: true })
  port!: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'As whom to sign in there' })
  account!: string | null;

  @ApiProperty({ description: 'TLS from the beginning; otherwise where the server offers it' })
  secure!: boolean;

  @ApiProperty({ description: 'From whom mails come' })
  from!: string;
}

export const MAIL_FAULTS = ['unreachable', 'encryption', 'sign-in', 'refused', 'failed'] as const;
export type MailFault = (typeof MAIL_FAULTS)[number];

export class MailTestDto {
  @ApiProperty({ description: 'The server has taken the mail. Whether it arrives is seen in the mailbox' })
  ok!: boolean;

  @ApiProperty({ description: 'To whom: your own address' })
  to!: string;

  @ApiProperty({
    enum: MAIL_FAULTS,
    nullable: true,
    description:
      'unreachable: no answer; encryption: TLS; sign-in: account or password; refused: sender, recipient or mail',
  })
  code!: MailFault | null;

  @ApiProperty({ description: 'What happened, in words' })
  detail!: string;

  @ApiProperty({ type: String, nullable: true, description: 'What the server answered, as it said it' })
  answer!: string | null;
}
