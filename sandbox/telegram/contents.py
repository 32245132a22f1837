"""What people send besides text, as the Bot API reports it: parts of a Message object."""

from typing import Any

Content = dict[str, Any]


def file(kind: str) -> Content:
    """The ids that every file has."""
    return {"file_id": f"AgACAgIAAxkBAAI-{kind}", "file_unique_id": f"AQAD-{kind}"}


def photo(caption: str = "") -> Content:
    sizes = [file("photo") | {"width": 640, "height": 480, "file_size": 40_960}]
    return {"photo": sizes} | ({"caption": caption} if caption else {})


def document(name: str = "scan.pdf", caption: str = "") -> Content:
    content: Content = {"document": file("document") | {"file_name": name}}
    return content | ({"caption": caption} if caption else {})


def sticker() -> Content:
    shape = {"type": "regular", "width": 512, "height": 512, "emoji": "👍"}
    return {"sticker": file("sticker") | shape | {"is_animated": False, "is_video": False}}


def voice(seconds: int = 3) -> Content:
    return {"voice": file("voice") | {"duration": seconds, "mime_type": "audio/ogg"}}


def location() -> Content:
    return {"location": {"latitude": 52.52, "longitude": 13.405}}


def contact(name: str = "Sam", phone: str = "+491700000000") -> Content:
    return {"contact": {"first_name": name, "phone_number": phone}}


def dice() -> Content:
    return {"dice": {"emoji": "🎲", "value": 4}}


def video_note() -> Content:
    return {"video_note": file("video_note") | {"length": 240, "duration": 3}}


def poll(question: str = "Lunch?") -> Content:
    answers = [
        {"persistent_id": str(number), "text": text, "voter_count": 0}
        for number, text in enumerate(("Yes", "No"))
    ]
    flags = ("is_closed", "allows_multiple_answers", "allows_revoting", "members_only")
    return {
        "poll": {"id": "5", "question": question, "options": answers, "total_voter_count": 0}
        | {"is_anonymous": True, "type": "regular"}
        | dict.fromkeys(flags, False)
    }


def via_bot(text: str, username: str = "gif") -> Content:
    """Text that another bot wrote for the person."""
    bot = {"id": 140267078, "is_bot": True, "first_name": username, "username": username}
    return {"text": text, "via_bot": bot}


def quoting(text: str, name: str = "Somebody") -> Content:
    """Text that replies to what somebody who hides the account wrote in another chat."""
    origin = {"type": "hidden_user", "sender_user_name": name, "date": 1_700_000_000}
    return {"text": text, "external_reply": {"origin": origin}}


def anonymous_admin(chat: dict[str, Any], text: str) -> Content:
    """Text of a group's admin who stays anonymous: `from` is an account that all of them share."""
    name = {"first_name": "Group", "username": "GroupAnonymousBot"}
    fake = {"id": 1_087_968_824, "is_bot": True} | name
    return {"text": text, "from": fake, "sender_chat": chat}


def channel_post(text: str, channel_id: int = -1002000000000) -> Content:
    """What a channel wrote, as it comes by itself into the channel's group."""
    channel = {"id": channel_id, "type": "channel", "title": "News"}
    origin = {"type": "channel", "chat": channel, "message_id": 3, "date": 1_700_000_000}
    fake = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
    sender = {"from": fake, "sender_chat": channel}
    return {"text": text, "is_automatic_forward": True, "forward_origin": origin} | sender


def forwarded(text: str, name: str = "Somebody") -> Content:
    """Text that the person forwarded from somebody who hides the account."""
    origin = {"type": "hidden_user", "sender_user_name": name, "date": 1_700_000_000}
    return {"text": text, "forward_origin": origin}
