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


def forwarded(text: str, name: str = "Somebody") -> Content:
    """Text that the person forwarded from somebody who hides the account."""
    origin = {"type": "hidden_user", "sender_user_name": name, "date": 1_700_000_000}
    return {"text": text, "forward_origin": origin}
