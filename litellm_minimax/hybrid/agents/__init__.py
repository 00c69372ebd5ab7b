"""What is known about coding agents: how their tools fail, which requests are housekeeping, when they plan.

Facts only, each with the agent, where it was learned and the version; functions that read them are pure and linear.
"""
