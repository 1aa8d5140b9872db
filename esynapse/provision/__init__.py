"""Provisioning: what the pipeline needs of Google Cloud, declared once, compared, made, removed.

On the local target it is the topics and subscriptions alone, on the embedded Pub/Sub server.
"""

from esynapse.provision.changes import Change, Difference, Plan
from esynapse.provision.plan import destroy, plan, provision
from esynapse.provision.resources import Resource, resources

__all__ = [
    "Change",
    "Difference",
    "Plan",
    "Resource",
    "destroy",
    "plan",
    "provision",
    "resources",
]
