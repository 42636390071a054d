"""A territory: the panorama of its ESS, and the demand of its buyers against it."""
