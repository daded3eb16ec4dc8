"""A small data map for tests of what people read."""

from dataclasses import dataclass, field

from mailbot.core.kinds import Language


@dataclass(frozen=True)
class Text:
    sv: str
    en: str

    def in_(self, language):
        return self.en if language == Language.ENGLISH else self.sv


@dataclass(frozen=True)
class Company:
    name: str = "WinLas AB"
    address: str = "Storgatan 1, 871 31 Härnösand"


@dataclass(frozen=True)
class Authority:
    name: Text = Text("Integritetsskyddsmyndigheten (IMY)", "the Swedish Authority for Privacy Protection (IMY)")
    address: str = "Box 8114, 104 20 Stockholm"
    email: str = "imy@imy.se"
    phone: str = "08-657 61 00"
    web: str = "https://www.imy.se"


@dataclass(frozen=True)
class Ground:
    text: Text
    law: str


@dataclass(frozen=True)
class Collection:
    label: Text
    fields: dict[str, Text]


@dataclass(frozen=True)
class SampleCatalogue:
    controller: Company = Company()
    authority: Authority = Authority()
    grounds: dict[str, Ground] = field(
        default_factory=lambda: {
            "bookkeeping": Ground(
                Text("uppgifterna är underlag för en faktura", "the details support an invoice"), "BFL 7:2"
            )
        }
    )
    datasets: dict[str, Collection] = field(
        default_factory=lambda: {
            "contacts": Collection(
                Text("Kontaktpersoner", "Contact persons"),
                {"name": Text("Namn", "Name"), "ip": Text("IP-adress", "IP address")},
            ),
            "enquiries": Collection(
                Text("Frågor från kontaktsidan", "Enquiries"), {"message": Text("Meddelande", "Message")}
            ),
            "registrations": Collection(
                Text("Anmälningar till utbildningar", "Registrations for trainings"),
                {"name": Text("Namn", "Name"), "mobile": Text("Mobilnummer", "Mobile number")},
            ),
        }
    )

    def label(self, dataset, language):
        return self.datasets[dataset].label.in_(language)

    def field_label(self, dataset, name, language):
        return self.datasets[dataset].fields[name].in_(language)
