import { Body, Controller, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags, ApiUnprocessableEntityResponse } from '../common/api-doc.js';
import { CallerParam, type Caller } from '../common/caller.js';
import { SignedIn } from '../common/route-access.js';
import { actorOf } from '../database/audit.js';
import { ChangeNotificationsDto, NotificationsDto } from './preferences.dto.js';
import { PreferencesService } from './preferences.service.js';

/** What you want to be told by mail. */
@ApiTags('notifications')
@Controller('me/notifications')
export class PreferencesController {
  constructor(private readonly preferences: PreferencesService) {}

  @Get()
  @SignedIn()
  @ApiOperation({ summary: 'What you are told by mail, and when' })
  @ApiOkResponse({ type: NotificationsDto })
  get(@CallerParam() { personId }: Caller): Promise<NotificationsDto> {
    return this.preferences.of(personId);
  }

  @Post('try-again')
  @SignedIn()
  @HttpCode(200)
  @ApiOperation({ summary: 'Send mails to your address again, which the mail server has refused' })
  @ApiOkResponse({ type: NotificationsDto })
  tryAgain(@CallerParam() caller: Caller): Promise<NotificationsDto> {
    return this.preferences.tryAgain(caller.personId, actorOf(caller));
  }

  @Patch()
  @SignedIn()
  @ApiOperation({ summary: 'Change it; what is not named stays as it is' })
  @ApiOkResponse({ type: NotificationsDto })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid`' })
  change(@Body() input: ChangeNotificationsDto, @CallerParam() caller: Caller): Promise<NotificationsDto> {
    return this.preferences.change(caller.personId, input, actorOf(caller));
  }
}
