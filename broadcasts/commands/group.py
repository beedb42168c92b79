"""Command group of broadcasts: `flask broadcasts …`, put together from the subjects' commands."""

import click


@click.group()
def broadcasts() -> None:
    """微培育：资料库、推送、结果。"""
