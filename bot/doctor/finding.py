"""Everything that `doctor` can find: a number that never changes, how bad it is, its cause and its cure.

Apart from the rooms that look, so that all of it can be read as one table. A number is never used for anything else:
people search for it.
"""

from __future__ import annotations

from dataclasses import dataclass

STOPS, HARMS, ADVICE = "stops", "harms", "advice"
WEIGHTS = {
    STOPS: "people get nothing, or only the fallback text",
    HARMS: "people are answered, and a promise is broken",
    ADVICE: "to look at when there is time",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that can be wrong. Words in braces are filled in where it is found."""

    weight: str
    cause: str
    cure: str
    step: str
    """The step of DEPLOY.md that it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong here."""

    code: int
    about: dict[str, str]

    @property
    def kind(self) -> Kind:
        """What is known of all such findings."""
        return KINDS[self.code]

    @property
    def cause(self) -> str:
        """What is wrong, in a sentence."""
        return self.kind.cause.format(**self.about)

    @property
    def cure(self) -> str:
        """What to do."""
        return self.kind.cure.format(**self.about)

    def as_json(self) -> dict[str, str | int]:
        """For programs."""
        kind = self.kind
        return {"code": self.code, "weight": kind.weight, "cause": self.cause, "cure": self.cure, "step": kind.step}


def found(code: int, **about: object) -> Finding:
    """A finding. `about` fills the braces of its sentences."""
    return Finding(code=code, about={name: str(value) for name, value in about.items()})


REGISTRATION, CONTENT, SERVER, SETTINGS = "1 Registration", "2 Content", "3 Server", "4 Settings"
ADDRESS, RUNNING, CONNECT, TWILIO, LIVE = "5 Address", "6 Running", "7 Connect", "8 Twilio", "9 Live"
MAKE_SECRET = 'python3 -c "import secrets; print(secrets.token_hex())" makes one.'
RESTART = "Then start the line again."

KINDS = {
    # The settings
    101: Kind(STOPS, "{what}", "{cure}", SETTINGS),
    102: Kind(STOPS, "PUBLIC_URL is {url}, which Twilio cannot reach from outside.",
              "Set PUBLIC_URL to the address that your proxy answers at: https://line.example.org", ADDRESS),
    103: Kind(HARMS, "PUBLIC_URL begins with http://: what people write can be read on the way.",
              "Put a proxy with a certificate in front (Caddy gets one by itself), and set PUBLIC_URL to https://...",
              ADDRESS),
    104: Kind(STOPS, "TWILIO_ACCOUNT_SID or TWILIO_AUTH_TOKEN is not set, so every text from Twilio is refused.",
              f"Copy both from the first page of Twilio's console. {RESTART}", SETTINGS),
    105: Kind(ADVICE, "There is no TWILIO_API_KEY: the worker deletes messages with the auth token.",
              "Make a standard API key in Twilio's console, and set TWILIO_API_KEY and TWILIO_API_SECRET.", SETTINGS),
    106: Kind(ADVICE, "TWILIO_AUTH_TOKEN holds {count} tokens, of which Twilio accepts {good}.",
              "When a rotation is over, leave only the token that Twilio's console shows.", SETTINGS),
    # Secrets
    201: Kind(HARMS, "HOTLINE_SECRET is too regular: somebody could guess it.", MAKE_SECRET, SETTINGS),
    202: Kind(HARMS, 'HOTLINE_SECRET holds "{word}": it was copied from an example that everybody can read.',
              MAKE_SECRET, SETTINGS),
    203: Kind(HARMS, "{path} can be read by other users of this machine.", "chmod {mode} {path}", SETTINGS),
    204: Kind(HARMS, "HOTLINE_SECRET is the same as {other}: who learns one has both.", MAKE_SECRET, SETTINGS),
    # Redis or Valkey
    301: Kind(STOPS, "The {store} does not answer.",
              "Start it, and see that {setting} is right. Where that is not set, start the line: it brings its own.",
              RUNNING),
    302: Kind(STOPS, "The {store} wants a password, or another one.",
              "Write it into {setting}: redis://:PASSWORD@HOST:6379", SERVER),
    303: Kind(STOPS, "The {store} can be read and not written ({why}).",
              "READONLY: {setting} names a replica, name the primary. OOM: raise maxmemory. MISCONF: free its disk.",
              SERVER),
    304: Kind(HARMS, "The {store} may forget people when it is full (maxmemory-policy is {policy}).",
              "In its settings: maxmemory-policy noeviction", SERVER),
    305: Kind(HARMS, "The {store} keeps nothing on disk: a restart loses what Twilio still has to delete.",
              "In its settings: appendonly yes", SERVER),
    306: Kind(HARMS, "The {store} could not write to its disk the last time.",
              "Look at its log and at the free space of its disk.", SERVER),
    307: Kind(HARMS, "The {store} keeps slow commands, with what is in them.",
              "In its settings: slowlog-log-slower-than -1", SERVER),
    308: Kind(HARMS, "The {store} listens on a network and asks for no password.",
              "In its settings: bind 127.0.0.1, or requirepass, and the password in {setting}.", SERVER),
    309: Kind(HARMS, "{setting} leads to another machine without encryption.",
              "Use rediss:// there, or a server on this machine.", SERVER),
    310: Kind(HARMS, "The {store} is {percent} % full. When it is full, everybody gets the fallback text.",
              "Raise its maxmemory.", SERVER),
    311: Kind(ADVICE, "The {store} writes snapshots (save {save}): they hold what has been deleted since.",
              'In its settings: save ""', SERVER),
    312: Kind(STOPS, "The {store} is version {version}, and 6.2 is needed.",
              "Install a newer Redis or Valkey.", SERVER),
    313: Kind(ADVICE, "The {store} does not tell its settings.",
              "Look yourself: maxmemory-policy noeviction, appendonly yes, slowlog-log-slower-than -1.", SERVER),
    # The public address
    401: Kind(STOPS, "The name {host} leads nowhere.", "Make a DNS record for it, or correct PUBLIC_URL.", ADDRESS),
    402: Kind(STOPS, "Nothing answers at {url} ({why}).",
              "Start the proxy, and open its port in the firewall.", ADDRESS),
    403: Kind(STOPS, "Twilio will not accept the certificate of {host}: {why}.",
              "Let the proxy get one from a public authority (Caddy does so by itself).", ADDRESS),
    404: Kind(HARMS, "The certificate of {host} ends on {day}.",
              "See why it was not renewed; most proxies do so a month before.", ADDRESS),
    405: Kind(STOPS, "{url} answers with another address ({to}): Twilio loses the text on the way there.",
              "Set PUBLIC_URL to the last address, and run python3 -m bot connect again.", ADDRESS),
    406: Kind(STOPS, "Something else than this line answers at {url}.",
              "Let the proxy pass everything to {local}.", ADDRESS),
    407: Kind(STOPS, "The proxy answers at {url} and does not reach the line (status {status}).",
              "Start the line, and let the proxy pass everything to {local}.", RUNNING),
    408: Kind(STOPS, "A text as Twilio would sign it is refused at {url}, and taken at {local}: the proxy changes it.",
              "The proxy has to leave the path, the body and the header X-Twilio-Signature as they are.", ADDRESS),
    409: Kind(HARMS, "The proxy at {url} drops what stands behind the ? of an address, and so breaks its signature.",
              "Pass the whole address on (nginx: proxy_pass without a path behind it).", ADDRESS),
    410: Kind(STOPS, "The line runs with another TWILIO_AUTH_TOKEN or PUBLIC_URL, and refuses what Twilio signs.",
              "Start the line again with these settings.", RUNNING),
    411: Kind(HARMS, "A text without a signature is taken at {url} (status {status}): anybody could text as anybody.",
              "Let the proxy pass everything to {local}, and answer nothing itself.", ADDRESS),
    412: Kind(HARMS, "An answer takes {slow} s through the proxy and {quick} s without it.",
              "Look for a proxy far away, one that checks bodies, or one with too few connections.", ADDRESS),
    413: Kind(STOPS, "The line behind {url} answers and lacks its {what}.",
              "Look at its log. No store: REDIS_URL there. No release: python3 -m bot publish", RUNNING),
    414: Kind(HARMS, "The fallback text does not answer at {url}/twilio/fallback (status {status}).",
              "Let the proxy pass that path, too.", ADDRESS),
    # Twilio
    501: Kind(STOPS, "Twilio does not accept TWILIO_AUTH_TOKEN, so no text can be checked with it.",
              f"Copy the token from the first page of Twilio's console, of this account. {RESTART}", SETTINGS),
    502: Kind(HARMS, "Twilio does not accept TWILIO_API_KEY with TWILIO_API_SECRET: its copies are not deleted.",
              f"Make a new standard API key in Twilio's console. {RESTART}", SETTINGS),
    503: Kind(ADVICE, "Twilio does not answer, so nothing there could be looked at.",
              "Look at https://status.twilio.com, and whether this machine may open https addresses.", TWILIO),
    504: Kind(STOPS, "Twilio says that the account is {status}.", "Write to Twilio's support.", TWILIO),
    505: Kind(STOPS, "It is a trial account: it texts only to numbers that you have confirmed.",
              "Upgrade the account in Twilio's console.", TWILIO),
    506: Kind(STOPS, "Nothing is left on the account ({amount} {currency}).",
              "Pay in, and switch automatic payment on.", TWILIO),
    507: Kind(HARMS, "Only {amount} {currency} are left on the account.",
              "Pay in, and switch automatic payment on.", TWILIO),
    508: Kind(STOPS, "No number of the account leads to this line ({but}).",
              "python3 -m bot connect", CONNECT),
    509: Kind(STOPS, "{number} leads here by http, and the line is at https: the signatures differ.",
              "python3 -m bot connect", CONNECT),
    510: Kind(STOPS, "{number} has a TwiML application ({sid}), which counts instead of its addresses.",
              "python3 -m bot connect", CONNECT),
    511: Kind(STOPS, "{number} posts texts by {method}: people's words would stand in addresses, and be refused.",
              "python3 -m bot connect", CONNECT),
    512: Kind(HARMS, "{number} has no fallback address: a fault of ours ends in silence.",
              "python3 -m bot connect", CONNECT),
    513: Kind(STOPS, "The Messaging Service {service} of {number} leads to {where}, and counts instead of the number.",
              "python3 -m bot connect", CONNECT),
    514: Kind(HARMS, "The Messaging Service {service} sends replies up to {minutes} minutes late.",
              "python3 -m bot connect sets its validity period to ten minutes.", CONNECT),
    515: Kind(HARMS, "Twilio still has a message that is older than eight days.",
              'In its console, set "Message Records Data Access" to 7 days, without backup.', TWILIO),
    516: Kind(STOPS, "The toll-free number {number} is not verified ({status}): carriers drop its replies.",
              "python3 -m bot registration makes what Twilio asks for.", REGISTRATION),
    517: Kind(STOPS, "{number} belongs to no registered 10DLC campaign ({status}): carriers drop its replies.",
              "python3 -m bot registration makes what Twilio asks for.", REGISTRATION),
    518: Kind(HARMS, "The WhatsApp sender {number} is not online ({status}).",
              "See its page in Twilio's console.", TWILIO),
    519: Kind(STOPS, "The WhatsApp sender {number} leads to {where}.", "python3 -m bot connect", CONNECT),
    520: Kind(STOPS, "{number} cannot receive texts.", "Buy a number that can, in Twilio's console.", TWILIO),
    521: Kind(ADVICE, "{number} is not asked for a second try after a fault.", "python3 -m bot connect", CONNECT),
    522: Kind(HARMS, "Who calls {number} does not hear from this line ({where}).", "python3 -m bot connect", CONNECT),
    # The content
    601: Kind(HARMS, "The content folder has {count} mistakes, so it cannot be published.",
              "python3 -m bot check", CONTENT),
    602: Kind(HARMS, "No lawyer has signed {count} flows: {names}.",
              "Let a lawyer read them, and write the role into each law: (flows/README.md).", CONTENT),
    603: Kind(HARMS, "Nobody has read the translations into {names}.",
              "Let a speaker read them, and record it: python3 -m bot reviewed", CONTENT),
    604: Kind(ADVICE, "The law of {names} is to be looked at again.", "python3 -m bot law", CONTENT),
    605: Kind(ADVICE, "{count} telephone numbers are to be looked at again.", "python3 -m bot law numbers", CONTENT),
    606: Kind(STOPS, "Nothing is published: everybody gets the fallback text.", "python3 -m bot publish", LIVE),
    607: Kind(ADVICE, "What is live is not what the content folder holds now.",
              "python3 -m bot publish --dry-run says what differs.", CONTENT),
    608: Kind(HARMS, "flows/organisation.yaml is still the shipped demonstration.",
              "Write your own name, city and line there.", SETTINGS),
    609: Kind(ADVICE, "flows/organisation.yaml names nobody to ask about personal data.",
              "Write an address into privacy_contact.", SETTINGS),
    # This machine
    701: Kind(HARMS, "The clock of this machine is {off} off: hours are told wrong, and keys of the day live too long.",
              "Switch time synchronisation on: timedatectl set-ntp true", SERVER),
    702: Kind(STOPS, "The disk that holds {path} is full ({free} MB left).",
              "Free some, or take a larger one.", SERVER),
    703: Kind(ADVICE, "The disk that holds {path} is {percent} % full.", "Free some before it is full.", SERVER),
    704: Kind(HARMS, "No worker runs: Twilio's copies of messages are not deleted.",
              "Start it: python3 -m bot worker (python3 -m bot starts it, too).", RUNNING),
    705: Kind(HARMS, "{count} messages should have been deleted at Twilio an hour ago and are not.",
              "Look at the worker's log; findings 502 and 704 are the usual reasons.", RUNNING),
    706: Kind(STOPS, "{path} cannot be written.",
              "If it is there, chown it to the user that the line runs as. If not, start the line: systemd makes it.",
              RUNNING),
    707: Kind(HARMS, "{count} wishes to delete wait in the store, and no relay takes them.",
              "Start the worker; with JOBS_REDIS_URL set, see that its server answers.", RUNNING),
}  # fmt: skip
