"""The handlers of the methods."""

from collections.abc import Mapping

from .account_methods import Account
from .draft_methods import Drafts
from .files import Files
from .http_server import Handler
from .inline_mode import InlineMode
from .media_methods import Media
from .message_methods import Messages
from .update_delivery import Updates


def make_handlers(
    account: Account,
    messages: Messages,
    drafts: Drafts,
    media: Media,
    files: Files,
    updates: Updates,
    inline: InlineMode,
) -> Mapping[str, Handler]:
    """Return the supported methods; getUpdates, which waits, is the server's own."""
    return {
        "setWebhook": updates.set_webhook,
        "deleteWebhook": updates.delete_webhook,
        "getWebhookInfo": updates.webhook_info,
        "sendMessageDraft": drafts.send_message_draft,
        "sendRichMessageDraft": drafts.send_rich_message_draft,
        "sendPhoto": media.send_photo,
        "sendAudio": media.send_audio,
        "sendDocument": media.send_document,
        "sendVoice": media.send_voice,
        "sendMediaGroup": media.send_media_group,
        "getFile": files.get_file,
        "answerInlineQuery": inline.answer_inline_query,
        "answerGuestQuery": inline.guests.answer_guest_query,
        **_make_message_handlers(messages),
        **_make_account_handlers(account),
    }


def _make_message_handlers(messages: Messages) -> Mapping[str, Handler]:
    return {
        "sendMessage": messages.send_message,
        "sendChatAction": messages.send_chat_action,
        "editMessageText": messages.edit_message_text,
        "editMessageCaption": messages.edit_message_caption,
        "editMessageReplyMarkup": messages.edit_message_reply_markup,
        "deleteMessage": messages.delete_message,
        "deleteMessages": messages.delete_messages,
        "setMessageReaction": messages.set_message_reaction,
        "answerCallbackQuery": messages.answer_callback_query,
    }


def _make_account_handlers(account: Account) -> Mapping[str, Handler]:
    return {
        "getMe": account.get_me,
        "logOut": account.leave_or_log_out,
        "close": account.leave_or_log_out,
        "getChat": account.get_chat,
        "getChatMember": account.get_chat_member,
        "getChatMemberCount": account.get_chat_member_count,
        "getChatAdministrators": account.get_chat_administrators,
        "leaveChat": account.leave_chat,
        "editForumTopic": account.edit_forum_topic,
        "setMyCommands": account.set_my_commands,
        "getMyCommands": account.get_my_commands,
        "deleteMyCommands": account.delete_my_commands,
        "setMyName": account.set_my_name,
        "getMyName": account.get_my_name,
        "setMyDescription": account.set_my_description,
        "getMyDescription": account.get_my_description,
        "setMyShortDescription": account.set_my_short_description,
        "getMyShortDescription": account.get_my_short_description,
    }
