"""A small company to answer letters for: Linden Print, a print shop."""

from datetime import timedelta

from sandbox.portal.people import Employee, Mailbox, Webhook
from sandbox.portal.portal import Portal

SUPPORT = "support@linden-print.example"
ANNA = "anna@linden-print.example"
OLEG = "oleg@linden-print.example"


def linden_print(portal: Portal, zone: str = "Europe/Berlin") -> None:
    """Fills the portal: people, mailboxes, webhooks in every state, letters 15 to 19.

    `zone` is where Anna is.
    """
    anna = Employee(1, "Anna", "Berg", admin=True, time_zone=zone, email=ANNA)
    oleg = Employee(7, "Oleg", "Sokolov", time_zone="Europe/Moscow", email=OLEG)
    newcomer = Employee(9, "Mira", "Stein")
    portal.employees += [anna, oleg, newcomer]
    portal.mailboxes += [
        Mailbox(3, SUPPORT, "Help desk", "Linden Print support", {anna.id, oleg.id}),
        Mailbox(4, ANNA, "Anna Berg", "Anna Berg", {anna.id}),
        Mailbox(5, OLEG, "Oleg Sokolov", "Oleg Sokolov", {oleg.id}),
    ]
    portal.webhooks |= {
        "active": Webhook(anna, "k3v9q2xw7m4t8z1p"),
        "second": Webhook(oleg, "h5n8d2rj6c9f3w7b", scopes=("mail", "user_brief")),
        "revoked": Webhook(anna, "r7t2y5u8i1o4p9a6", state="revoked"),
        "expired": Webhook(anna, "e1x4p7i2r5e8d3q6", state="expired"),
        "no_mail": Webhook(anna, "n4m7a1i5l8q2s6d9", scopes=("crm", "user")),
        "no_plan": Webhook(anna, "p2l6a9n3f7r1e5e8", plan_has_rest=False),
        "no_mailbox": Webhook(newcomer, "b8o3x6e1m4p7t2y5"),
    }
    portal.contacts["Jane Client"] = "jane@client.example"
    _letters(portal)


def _letters(portal: Portal) -> None:
    now = portal.clock()
    portal.receive(
        SUPPORT,
        "Jane Client <jane@client.example>",
        "Delivery date for order 118",
        "Hello,\n\nwhen will order 118 (500 flyers, A5) be shipped? We need them by Friday.\n\n"
        "Kind regards\nJane",
        to=f"{SUPPORT}, Bob Miller <bob@client.example>",
        cc="Sam Lee <sam@client.example>",
        date=now - timedelta(minutes=12),
        letter_id=15,
    )
    portal.receive(
        SUPPORT,
        "Павел Орлов <orlov@polygraf.example>",
        "Счёт за бумагу",
        "Добрый день!\n\nОтправляю счёт № 204 за мелованную бумагу. "
        "Подскажите, пожалуйста, когда ждать оплату?\n\nС уважением,\nПавел Орлов",
        date=now - timedelta(minutes=47),
        has_attachments=True,
        letter_id=16,
    )
    portal.receive(
        ANNA,
        '"Weber, Tomas" <tomas.weber@gallery.example>',
        "Posters for the autumn exhibition",
        "Dear Anna,\n\nthe proofs look wonderful. Could the red be a touch darker?\n\nTomas",
        date=now - timedelta(hours=3),
        letter_id=17,
    )
    portal.receive(
        SUPPORT,
        "no-reply@parcels.example",
        "",
        "Your parcel 00340434 was handed over to the courier.",
        date=now - timedelta(hours=5),
        is_seen=True,
        letter_id=18,
    )
    portal.receive(
        OLEG,
        "lena@bakery.example",
        "Thank you",
        "The menus arrived today. They are lovely, thank you!",
        date=now - timedelta(days=1),
        is_seen=True,
        letter_id=19,
    )
