"""Numbers that no table can hold: in every address and every field of the app, and said in the chat."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

import click
from flask import Flask, templating

from console import failures, shell
from console.lists import looking
from tests.addresses import Address, addresses, lay_out, numbered
from tests.h5 import Browser as Phone
from tests.test_access import is_mobile


@contextmanager
def watched(app: Flask) -> Iterator[set[str]]:
    """The names of the fields that were asked for since the set was emptied."""
    asked: set[str] = set()
    given = app.request_class

    class Fields(given.parameter_storage_class):  # type: ignore[misc,name-defined]
        def get(self, key: str, *rest: Any, **more: Any) -> Any:
            asked.add(key)
            return super().get(key, *rest, **more)

        def getlist(self, key: str, *rest: Any, **more: Any) -> Any:
            asked.add(key)
            return super().getlist(key, *rest, **more)

    app.request_class = type("Watched", (given,), {"parameter_storage_class": Fields})
    yield asked
    app.request_class = given


def test_a_number_beyond_every_table_is_nowhere_and_breaks_nothing(house, monkeypatch) -> None:
    # What waits behind the entries of the menu is counted for every page, and an error page drawn, whatever was asked
    # for: a third of it all.
    monkeypatch.setattr(shell, "_counts", lambda who, items: {})
    monkeypatch.setattr(failures, "render_template", lambda template, **values: "")
    app, boss, phone = house.app, lay_out(house).browser("admin"), Phone(house, house.phone("陈志强"))
    phone.open("/m/me")
    with phone.client.session_transaction(base_url=house.settings.public_url) as cookie:
        token = cookie["h5"]["form"]
    # PostgreSQL's columns take four bytes, and none takes a NUL; SQLite's take eight as long as nobody asks it to
    # compare, and every NUL.
    number, nothing = (2**31, ["\0"]) if house.settings.redis_url else (10**30, [])
    if house.settings.redis_url:  # the pages are drawn on SQLite: what is drawn here is the same
        monkeypatch.setattr(templating, "_render", lambda app, template, values: "")

    def status(address: Address, **fields: str) -> int:
        who = phone if is_mobile(address) else boss
        if address.method == "GET":
            return who.get(address.path, query_string=fields).status_code
        form = {"form_token": token if who is phone else boss.token} | address.form | fields
        return who.post(address.path, form).status_code

    found = {(each.path, each.method): status(each) for each in numbered(app, number)}
    assert len(found) > 80
    assert {where: code for where, code in found.items() if code not in (404, 405)} == {}
    assert boss.get("/console/people/shops/%00").status_code == 404
    with watched(app) as asked:
        for address in addresses(app):
            asked.clear()
            status(address)
            names = sorted(asked - {"form_token"})
            places = {name: f"{number}.{number}" for name in names if name in looking.PLACE}
            everything = (dict.fromkeys(names, f"{number}"), places, *(dict.fromkeys(names, no) for no in nothing))
            for given in filter(None, everything):
                # All at once; where one of them is refused, what is read behind it is not seen: then one by one.
                told = status(address, **given)
                assert told < 500, (address.path, given)
                if told >= 400:
                    for name, value in given.items():
                        assert status(address, **{name: value}) < 500, (address.path, name)


def test_a_number_beyond_every_table_is_said_to_be_nobodys_in_the_chat(house) -> None:
    lay_out(house)
    chen, shop = house.phone("陈志强"), house.phone("王建国")
    assert "#101" in chen.say("101").text
    house.work()
    shop.unread()
    for said in (f"#{2**31 + 100} 好", f"#{2**63} 完结", "#999999999 好", f"#{10**30}"):
        assert chen.say(said).text == "没有这条留言。"
    house.work()
    assert shop.unread() == []


def commands(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that call it."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield (*path, name), command


def test_a_number_beyond_every_table_is_told_on_the_command_line(house) -> None:
    tried = 0
    for path, command in commands(house.app.cli):
        needed = [each for each in command.params if each.required]
        if any(each.type is click.INT for each in needed):
            given = [
                [*each.opts[: isinstance(each, click.Option)], f"{10**20}" if each.type is click.INT else "x"]
                for each in needed
            ]
            done = house.flask(*path, *chain(*given))
            assert isinstance(done.exception, SystemExit), (path, done.exception)
            tried += 1
    assert tried > 15
