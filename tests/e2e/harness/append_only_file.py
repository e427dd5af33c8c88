"""Redis' append-only file, to be cut as a power loss cuts it."""

import dataclasses
import re


@dataclasses.dataclass
class Command:
    """One command as it stands in the file."""

    words: list  # of text
    begin: int
    end: int

    @property
    def name(self):
        return self.words[0].upper()


class AppendOnlyFile:
    """The part that Redis appends to, of a Redis that does not run.

    What was written before the last BGREWRITEAOF is in another part, and is
    not cut.
    """

    def __init__(self, directory):
        manifest = (directory / "appendonly.aof.manifest").read_text()
        parts = re.findall(r"^file (\S+) seq \d+ type i", manifest,
                           re.MULTILINE)
        self._path = directory / parts[-1]
        self.commands = list(_parse(self._path.read_bytes()))

    def cut(self, size):
        """Loses everything from here on; there must be something to lose."""
        with open(self._path, "r+b") as file:
            lost = file.seek(0, 2) - size
            if lost <= 0:
                raise AssertionError("a power loss that loses nothing")
            file.truncate(size)

    def add(self, *words):
        """One command more: a write that survived what was cut before it."""
        data = f"*{len(words)}\r\n".encode()
        for word in words:
            data += f"${len(word.encode())}\r\n{word}\r\n".encode()
        with open(self._path, "ab") as file:
            file.write(data)

    # Where to cut.

    def index_of(self, wanted):
        """Of the first command that is `wanted(words)`."""
        for index, command in enumerate(self.commands):
            if wanted(command.words):
                return index
        raise AssertionError("no such command in the append-only file")

    def before(self, wanted):
        """Where the block begins that holds the first wanted command."""
        index = self.index_of(wanted)
        return self.commands[self._block(index)[0]].begin

    def after(self, wanted):
        """Where that block ends: a whole script, or a plain command."""
        index = self.index_of(wanted)
        return self.commands[self._block(index)[1]].end

    def within(self, wanted):
        """In the middle of the command that follows it in its block: power
        failed while Redis wrote the rest of a script."""
        index = self.index_of(wanted)
        following = self.commands[index + 1]
        if following.name == "EXEC":
            raise AssertionError("nothing follows within the block")
        return (following.begin + following.end) // 2

    def _block(self, index):
        """The first and the last index of a MULTI block, or of one command."""
        first = index
        while first >= 0 and self.commands[first].name != "MULTI":
            if first < index and self.commands[first].name == "EXEC":
                return index, index
            first -= 1
        if first < 0:
            return index, index
        last = index
        while self.commands[last].name != "EXEC":
            last += 1
        return first, last


def entry(conversation, number):
    """For the above: is this the XADD of the log's entry of this number?"""
    key = f"agent-stream:{conversation}"

    def wanted(words):
        return (words[0].upper() == "XADD" and words[1] == key
                and int(words[2].split("-")[1]) // 1000 == number)
    return wanted


def admission(conversation, run_id):
    """... is this what puts the run into its mailbox?"""
    key = f"{{agent-stream:{conversation}}}:q"

    def wanted(words):
        return words[0].upper() == "RPUSH" and words[1:] == [key, run_id]
    return wanted


def _parse(data):
    position = 0
    while position < len(data):
        begin = position
        if data[position:position + 1] == b"#":  # a timestamp
            position = data.index(b"\n", position) + 1
            continue
        try:
            count, position = _number(data, position, b"*")
            words = []
            for _ in range(count):
                size, position = _number(data, position, b"$")
                if position + size + 2 > len(data):
                    return  # cut before
                words.append(data[position:position + size].decode(
                    errors="replace"))
                position += size + 2
        except ValueError:
            return
        yield Command(words, begin, position)


def _number(data, position, mark):
    end = data.index(b"\r\n", position)
    if data[position:position + 1] != mark:
        raise AssertionError("this is no append-only file")
    return int(data[position + 1:end]), end + 2
